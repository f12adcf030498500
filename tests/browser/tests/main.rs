//! The tests in real browsers, as one program, so that it is linked once. Each module is a file of tests:
//! `cargo test -p browser-tests NAME::` runs one.

mod accessibility; // axe-core finds no violation
mod debug; // the debug panel
mod devices; // CPU and GPU
mod docs; // what the documentation shows works
mod element; // `nearmind-shelf`
mod eval; // a page shows the lists that are evaluated
mod explain; // "Why this?"
mod faults; // damaged models
mod first_list; // the list of a first visit
mod guest; // the page is not disturbed
mod harness; // injected faults
mod highlights; // the marked words of cards
mod host; // every kind of hosting
mod hostile; // strings that attack pages
mod import; // try.html
mod isolation; // a worker without network
mod layout_shifts; // a shelf causes none
mod log; // the visitor's log
mod long_tasks; // the page's thread has none
mod model_loading; // when the model is loaded
mod offline; // the demo shop without network
mod page_interface; // attributes, properties and events
mod pictures; // photographs, private pictures
mod pool; // several workers
mod profile; // the profile page
mod profile_actions; // its buttons
mod requests; // a page sends none after loading
mod traces; // a server's view: requests do not depend on the profile
mod unmatched_text; // wishes and searches that match nothing
mod visit; // a whole visit
mod vitals; // web vitals
mod word_vectors; // texts and highlights without the model
