//! Log of events to interests.
