//! The page over HTTP, as programs and hostile ones ask it, with a lab that is made up.

mod browser; // texts of others, in a browser
mod events; // what is told as it happens
mod hostile; // requests that no page sends
mod http; // a server in a thread, and a small client
mod requests; // what can be asked
