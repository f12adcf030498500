//! Shared code of the browser tests: a server whose responses a test can change, a fresh browser for each visit, and
//! the pages of the demo shop.
//!
//! The tests need the built site: run `cargo xtask build` first, or `cargo xtask test`, which builds it.

pub mod browser;
pub mod phone;
pub mod shop;
pub mod site;
#[path = "../support/skipped.rs"]
pub mod skipped;
pub mod tasks;
pub mod vitals;

pub use browser::{Browser, BrowserKind, Gpu, Memory};
pub use shop::{Shop, visit, visit_in_each_browser, visit_in_each_browser_unrecorded, visit_in_each_browser_with_gpc};
pub use site::Site;
pub use skipped::report_skipped;
