//! What the command and the browser tests share: the server, so that the tests see the headers that a visitor sees, and
//! what is done to a site when it is built.

#![warn(missing_docs)]

pub mod http;
pub mod minify;
pub mod npm;
pub mod offline;
pub mod pages;
pub mod server;
pub mod size;
