//! What `cargo xtask` and the browser tests share: the server, so that the tests see the headers that visitors see, and
//! the steps of the build that change the site's files.

#![warn(missing_docs)]

pub mod http;
pub mod minify;
pub mod npm;
pub mod offline;
pub mod pages;
pub mod server;
pub mod size;
