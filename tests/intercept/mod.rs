//! The box in between: what it does, seen by real clients and by the server behind it.

mod changes; // what an administrator changes while it runs, and greylisting
mod clients; // swaks, openssl, curl and Python before a box that tampers
mod conversations; // each tampering, line by line
mod load; // a thousand sessions at once lose nothing
mod postfix; // Postfix through a box, in both directions
mod streams; // whatever crosses a box that changes nothing arrives as it was
mod tls; // TLS that ends in the box, and which certificate is shown
mod wishes; // what does not go together is said
