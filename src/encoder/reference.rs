//! The f32 forward pass in burn.
