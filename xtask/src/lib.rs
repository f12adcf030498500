//! What the command and the browser tests share: the server, so that the tests see the headers that a visitor sees.

pub mod http;
pub mod server;
