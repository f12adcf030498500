// Pools each text's rows to one vector. Scales it to length 1, unless a dense layer follows.  [T, H] f32 -> [B, H] f32
//
// POOLING: 0 mean, 1 first token, 2 maximum. NORMALIZE: 1 to scale to length 1.
// Grid: texts. Rows are summed in a fixed order, so the result does not depend on the batch.
@group(0) @binding(0) var<storage, read> starts: array<u32, CAPACITY + 1>; //             [B + 1]
@group(0) @binding(1) var<storage, read> states: array<vec4f, CAPACITY * H / 4>; //       [T, H/4]
@group(0) @binding(2) var<storage, read_write> pooled: array<vec4f, CAPACITY * H / 4>; // [B, H/4]

var<workgroup> lanes: array<f32, THREADS>;

fn pool(column: u32, start: u32, end: u32) -> vec4f {
    var v = states[start * (H / 4u) + column];
    if POOLING == 1u {
        return v;
    }
    for (var row = start + 1u; row < end; row++) {
        let next = states[row * (H / 4u) + column];
        v = select(v + next, max(v, next), POOLING == 2u);
    }
    return select(v, v / f32(end - start), POOLING == 0u);
}

@compute @workgroup_size(THREADS)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group: vec3u) {
    let start = starts[group.x];
    let end = starts[group.x + 1u];
    var squares = 0.0;
    for (var column = thread; column < H / 4u; column += THREADS) {
        let v = pool(column, start, end);
        pooled[group.x * (H / 4u) + column] = v;
        squares += dot(v, v);
    }
    lanes[thread] = squares;
    workgroupBarrier();
    var length = 0.0;
    for (var i = 0u; i < THREADS; i++) {
        length += lanes[i];
    }
    let inverse = select(1.0, select(0.0, 1.0 / sqrt(length), length > 0.0), NORMALIZE == 1u);
    for (var column = thread; column < H / 4u; column += THREADS) {
        pooled[group.x * (H / 4u) + column] *= inverse;
    }
}
