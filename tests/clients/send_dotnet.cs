// One message by SmtpClient: what it throws is printed, each exception before the one inside it.
//
// Send|SendMailAsync HOST PORT FROM TO [callback] [revocation]
//
// With `callback`, what .NET tells a callback alone is printed as well, and the callback decides as
// .NET would. With `revocation`, .NET asks whether certificates are revoked.

using System;
using System.Collections.Generic;
using System.Net;
using System.Net.Mail;
using System.Net.Security;

static class SendDotnet
{
    static int Main(string[] arguments)
    {
        ServicePointManager.CheckCertificateRevocationList = Array.IndexOf(arguments, "revocation") > 4;
        if (Array.IndexOf(arguments, "callback") > 4)
        {
            ServicePointManager.ServerCertificateValidationCallback = (sender, certificate, chain, errors) =>
            {
                var statuses = new List<string>();
                foreach (var status in chain.ChainStatus) statuses.Add(status.Status.ToString());
                Console.WriteLine("SslPolicyErrors: " + errors.ToString().Replace(", ", ","));
                Console.WriteLine("ChainStatus: " + string.Join(",", statuses));
                return errors == SslPolicyErrors.None;
            };
        }
        try
        {
            Send(arguments[0], arguments[1], int.Parse(arguments[2]), arguments[3], arguments[4]);
            Console.WriteLine("sent");
            return 0;
        }
        catch (Exception exception)
        {
            var chain = new List<string>();
            for (var one = exception; one != null; one = one.InnerException)
                chain.Add(one.GetType().FullName + ": " + one.Message);
            Console.WriteLine("exception: " + string.Join(" ---> ", chain));
            return 1;
        }
    }

    static void Send(string how, string host, int port, string from, string to)
    {
        using (var client = new SmtpClient(host, port) { EnableSsl = true, Timeout = 20000 })
        using (var message = new MailMessage(from, to, "a message", "hello"))
        {
            if (how == "SendMailAsync") client.SendMailAsync(message).GetAwaiter().GetResult();
            else client.Send(message);
        }
    }
}
