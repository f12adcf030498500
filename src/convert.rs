//! An f32 model directory into an int8 model.
