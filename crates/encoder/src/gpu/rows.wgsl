// What kernels share whose workgroups own ROWS whole rows; LANES threads work on each row.
const LANES = THREADS / ROWS;
// The rows: int8 words [ROWS, K/4] before a product, f32 bits [ROWS, H] after it.
var<workgroup> tile: array<u32, TILE>;
// One slot a reduction: none waits for the readers of another.
var<workgroup> lanes: array<f32, 4 * THREADS>;

// Over the threads of a row; all threads of the workgroup take part, each slot is used once.
fn row_sum(thread: u32, slot: u32, value: f32) -> f32 {
    lanes[slot * THREADS + thread] = value;
    workgroupBarrier();
    let first = slot * THREADS + thread / LANES * LANES;
    var sum = 0.0;
    for (var lane = first; lane < first + LANES; lane++) {
        sum += lanes[lane];
    }
    return sum;
}

fn row_max(thread: u32, slot: u32, value: f32) -> f32 {
    lanes[slot * THREADS + thread] = value;
    workgroupBarrier();
    let first = slot * THREADS + thread / LANES * LANES;
    var largest = 0.0;
    for (var lane = first; lane < first + LANES; lane++) {
        largest = max(largest, lanes[lane]);
    }
    return largest;
}

fn largest_of(v: vec4f) -> f32 {
    let a = abs(v);
    return max(max(a.x, a.y), max(a.z, a.w));
}

// Values per unit of int8, for a row whose largest magnitude is `peak`.
fn inverse_scale(peak: f32) -> f32 {
    return select(0.0, 127.0 / peak, peak > 0.0);
}

// Four values within -127..127 as one word of int8, ties to even.
fn pack(v: vec4f) -> u32 {
    let bytes = bitcast<vec4u>(vec4i(round(v))) & vec4u(0xffu);
    return dot(bytes, vec4u(1u, 0x100u, 0x10000u, 0x1000000u));
}
