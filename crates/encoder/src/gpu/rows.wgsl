// Shared by the kernels whose workgroups compute ROWS whole rows; LANES threads work on each row.
const LANES = THREADS / ROWS;
// The rows: int8 words [ROWS, K/4] before a product, f32 bits [ROWS, H] after it.
var<workgroup> tile: array<u32, TILE>;
// Each reduction has its own slot, so that none has to wait for another's reads.
var<workgroup> lanes: array<f32, 4 * THREADS>;

// Reductions over the threads of a row. All threads of the workgroup must call them; each slot is used once.
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

// Int8 steps per unit, for a row whose largest magnitude is `peak`.
fn inverse_scale(peak: f32) -> f32 {
    return select(0.0, 127.0 / peak, peak > 0.0);
}

// Rounds four values within -127..127 to int8, ties to even, and packs them into one word.
fn pack(v: vec4f) -> u32 {
    let bytes = bitcast<vec4u>(vec4i(round(v))) & vec4u(0xffu);
    return dot(bytes, vec4u(1u, 0x100u, 0x10000u, 0x1000000u));
}
