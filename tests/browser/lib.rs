//! What the browser tests share: a server that can misbehave, a fresh Chromium for each visit, the demo shop's pages.
//!
//! They need the built site: `cargo xtask build`, or `cargo xtask test`, which builds it first.

pub mod browser;
pub mod shop;
pub mod site;
#[path = "../support/skipped.rs"]
pub mod skipped;
pub mod tasks;
pub mod vitals;

pub use browser::{Browser, Gpu, Memory, Program};
pub use shop::{Shop, visit, visit_each, visit_each_private, visit_each_unwatched};
pub use site::Site;
pub use skipped::skipped;
