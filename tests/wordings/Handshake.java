// Shakes hands with every server named on stdin, and prints what Java's JSSE says of it.
//
// A line in: id, address, port, name and file of the root, separated by tabs.
// A line out: id, verdict and message.

import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

class Handshake {
    public static void main(String[] arguments) throws Exception {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] words = line.split("\t");
            System.out.println(words[0] + "\t" + meet(words[1], Integer.parseInt(words[2]), words[3], words[4]));
        }
    }

    static String meet(String address, int port, String name, String roots) throws Exception {
        SSLContext context = trusting(roots);
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
            String times = "(NotAfter|NotBefore): \\w+ \\w+ \\d+ [\\d:]+ \\w+ \\d+";
            return said.toString().replaceAll("[\r\n]+", " ").replaceAll(times, "$1: <time>");
        }
    }

    static String words(Throwable error) {
        return error.getClass().getSimpleName() + ": " + error.getMessage();
    }

    static SSLContext trusting(String roots) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (FileInputStream file = new FileInputStream(roots)) {
            int number = 0;
            for (Certificate root : CertificateFactory.getInstance("X.509").generateCertificates(file)) {
                store.setCertificateEntry("root" + number++, root);
            }
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }
}
