// Reads the inputs that an earlier dispatch has stored: takes the place of attention.wgsl in the `down` kernel.
@group(0) @binding(1) var<storage, read> inputs: array<vec4f, CAPACITY * K / 4>; // [T, K/4]

fn prepare(thread: u32, first_row: u32) {}
