//! Chooses the device: prove, time, demote.
