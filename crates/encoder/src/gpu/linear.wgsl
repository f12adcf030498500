// x W^T + b, then GELU where the layer has one.  [T, K] int8 -> [T, N] f32
//
// A workgroup computes ROWS rows by THREADS * COLUMNS columns; a thread computes every THREADS-th column, so
// that neighbouring threads read neighbouring words. No workgroup memory and no barrier: all threads read the
// same row addresses, and software adapters run kernels with barriers at half the speed.
// Grid: column tiles, row tiles. Beyond an edge the last row or column is computed again but not stored.
@group(0) @binding(0) var<uniform> size: Size;
@group(0) @binding(1) var<storage, read> quantized: array<u32, CAPACITY * (K / 4 + 1)>; // [T, K/4 + 1]: words, scale
@group(0) @binding(2) var<storage, read> weights: array<u32, K / 4 * N>; //                [K/4, N]
@group(0) @binding(3) var<storage, read> channels: array<vec2f, N>; //                     scale, bias
@group(0) @binding(4) var<storage, read_write> out: array<f32, CAPACITY * N>; //           [T, N]

const STRIDE = K / 4u + 1u;

fn store(row: u32, column: u32, sum: Sum, scale: f32) {
    if row < size.rows && column < N {
        let channel = channels[column];
        out[row * N + column] = activate(total(sum) * channel.x * scale + channel.y);
    }
}

@compute @workgroup_size(THREADS)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) tile: vec3u) {
    let first = tile.x * THREADS * COLUMNS + thread;
    let column{c} = min(first + {c}u * THREADS, N - 1u);
    let row{r} = min(tile.y * ROWS + {r}u, size.rows - 1u) * STRIDE;
    var sum{r}_{c}: Sum;
    for (var k = 0u; k < K / 4u; k++) {
        let w{c} = quad(weights[k * N + column{c}]);
        let x{r} = quad(quantized[row{r} + k]);
        sum{r}_{c} = multiply_add(sum{r}_{c}, x{r}, w{c});
    }
    let scale{r} = bitcast<f32>(quantized[row{r} + K / 4u]);
    store(tile.y * ROWS + {r}u, first + {c}u * THREADS, sum{r}_{c}, scale{r});
}
