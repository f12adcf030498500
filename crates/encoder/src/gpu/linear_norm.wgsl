// LayerNorm(residual + x W^T + b); quantizes x first.  [T, K] f32, [T, H] f32 -> [T, H] f32 and int8
//
// A workgroup computes ROWS whole rows, so the norm needs no second kernel; N = H <= THREADS * COLUMNS.
// `inputs` (x) is declared and filled by stored_inputs.wgsl or attention.wgsl.
// Grid: 1, row tiles.
@group(0) @binding(0) var<uniform> size: Size;
@group(0) @binding(2) var<storage, read> weights: array<u32, K / 4 * N>; //                         [K/4, N]
@group(0) @binding(3) var<storage, read> channels: array<vec2f, N>; //                              scale, bias
@group(0) @binding(4) var<storage, read> vectors: array<vec4f>; //  gain, offset, next smoothing [H/4]; smoothing [K/4]
@group(0) @binding(5) var<storage, read_write> states: array<vec4f, CAPACITY * H / 4>; //           [T, H/4], in place
@group(0) @binding(6) var<storage, read_write> quantized: array<u32, CAPACITY * (H / 4 + 1)>; //    [T, H/4 + 1]

const WORDS = K / 4u;
const GAIN = 0u;
const OFFSET = H / 4u;
const NEXT = H / 2u;
const SMOOTHING = 3u * H / 4u;
var<workgroup> scales: array<f32, ROWS>;

fn quantize_rows(thread: u32, first_row: u32) {
    let r = thread / LANES;
    let lane = thread % LANES;
    let row = min(first_row + r, size.rows - 1u) * WORDS;
    var peak = 0.0;
    for (var i = lane; i < WORDS; i += LANES) {
        peak = max(peak, largest_of(inputs[row + i] * vectors[SMOOTHING + i]));
    }
    peak = row_max(thread, 3u, peak);
    let scale = inverse_scale(peak);
    for (var i = lane; i < WORDS; i += LANES) {
        tile[r * WORDS + i] = pack(inputs[row + i] * vectors[SMOOTHING + i] * scale);
    }
    if lane == 0u {
        scales[r] = peak / 127.0;
    }
    workgroupBarrier();
}

fn add(r: u32, first_row: u32, column: u32, sum: Sum) {
    if column < H {
        let row = min(first_row + r, size.rows - 1u);
        let channel = channels[column];
        let residual = states[row * (H / 4u) + column / 4u][column % 4u];
        tile[r * H + column] = bitcast<u32>(residual + (total(sum) * channel.x * scales[r] + channel.y));
    }
}

@compute @workgroup_size(THREADS)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group: vec3u) {
    let first_row = group.y * ROWS;
    prepare(thread, first_row);
    quantize_rows(thread, first_row);

    let column{c} = min(thread + {c}u * THREADS, N - 1u);
    var sum{r}_{c}: Sum;
    for (var k = 0u; k < WORDS; k++) {
        let w{c} = quad(weights[k * N + column{c}]);
        let x{r} = quad(tile[{r}u * WORDS + k]);
        sum{r}_{c} = multiply_add(sum{r}_{c}, x{r}, w{c});
    }
    workgroupBarrier();
    add({r}u, first_row, thread + {c}u * THREADS, sum{r}_{c});
    norm_rows(thread, first_row);
}
