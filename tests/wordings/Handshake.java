// Shakes hands with every server named on stdin, and prints what Java's JSSE says of it.
//
// A line in: id, address, port, name, file of the root, how to learn of revocation, and
// file of the lists, separated by tabs.
// A line out: id, verdict and message.

import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.KeyStore;
import java.security.cert.CRL;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.X509CertSelector;
import java.util.Collection;
import java.util.EnumSet;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

class Handshake {
    public static void main(String[] arguments) throws Exception {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] words = line.split("\t", -1);
            System.out.println(words[0] + "\t" + meet(words[1], Integer.parseInt(words[2]), words[3], trusting(words[4], words[5], words[6])));
        }
    }

    static String meet(String address, int port, String name, SSLContext context) throws Exception {
        try (Socket connection = new Socket()) {
            connection.connect(new InetSocketAddress(address, port), 10_000);
            connection.setSoTimeout(10_000);
            try (SSLSocket tls = (SSLSocket) context.getSocketFactory().createSocket(connection, name, port, true)) {
                SSLParameters parameters = tls.getSSLParameters();
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                tls.setSSLParameters(parameters);
                tls.startHandshake();
                return "accepted\t" + tls.getSession().getProtocol();
            }
        } catch (Exception error) {
            StringBuilder said = new StringBuilder("refused\t").append(words(error));
            for (Throwable cause = error.getCause(); cause != null; cause = cause.getCause()) {
                said.append(" | cause: ").append(words(cause));
            }
            String times = "(NotAfter|NotBefore|revocation date): \\w+ \\w+ \\d+ [\\d:]+ \\w+ \\d+";
            String authority = "CN=mailfault test [\\w ]+ [0-9A-F]{8}";
            return said.toString().replaceAll("[\r\n]+", " ").replaceAll(authority, "CN=<authority>").replaceAll(times, "$1: <time>");
        }
    }

    static String words(Throwable error) {
        return error.getClass().getSimpleName() + ": " + error.getMessage();
    }

    static SSLContext trusting(String roots, String check, String lists) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (FileInputStream file = new FileInputStream(roots)) {
            int number = 0;
            for (Certificate root : CertificateFactory.getInstance("X.509").generateCertificates(file)) {
                store.setCertificateEntry("root" + number++, root);
            }
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        if (check.equals("nothing")) {
            trust.init(store);
        } else {
            trust.init(new CertPathTrustManagerParameters(checking(store, check, lists)));
        }
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    static PKIXBuilderParameters checking(KeyStore store, String check, String lists) throws Exception {
        PKIXBuilderParameters parameters = new PKIXBuilderParameters(store, new X509CertSelector());
        PKIXRevocationChecker checker =
                (PKIXRevocationChecker) CertPathBuilder.getInstance("PKIX").getRevocationChecker();
        EnumSet<PKIXRevocationChecker.Option> options = EnumSet.of(PKIXRevocationChecker.Option.ONLY_END_ENTITY);
        if (check.equals("lists")) {
            options.add(PKIXRevocationChecker.Option.PREFER_CRLS);
            options.add(PKIXRevocationChecker.Option.NO_FALLBACK);
            try (FileInputStream file = new FileInputStream(lists)) {
                Collection<? extends CRL> all = CertificateFactory.getInstance("X.509").generateCRLs(file);
                parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(all)));
            }
        }
        checker.setOptions(options);
        parameters.addCertPathChecker(checker);
        return parameters;
    }
}
