// softmax(q k^T) v within each text; 1/sqrt(d) is in the weights of q.  [T, 3H] f32 -> [T, H] f32
//
// What linear_norm.wgsl multiplies, where that follows attention: a workgroup makes the rows that it goes on with, so
// that attention needs no dispatch of its own. One thread a row and head; neighbours are rows of one head, so that they
// read the same keys. Two passes over the keys, the first for the largest score: nothing is kept but one row of the
// output. Lines with {d} stand for one line a quarter of the head's width.
@group(0) @binding(1) var<storage, read_write> inputs: array<vec4f, CAPACITY * H / 4>; //    [T, H/4]
@group(0) @binding(7) var<storage, read> qkv: array<vec4f, CAPACITY * 3 * H / 4>; //         [T, 3H/4]
@group(0) @binding(8) var<storage, read> spans: array<vec2u, CAPACITY>; //                   [T]: rows of its text

const QKV = 3u * H / 4u;
const LOG2_E = 1.44269504; // the scores are exponents of two

fn attend(row: u32, head: u32) {
    let span = spans[row];
    let query{d} = qkv[row * QKV + head + {d}u] * LOG2_E;

    var peak = -3.4e38;
    for (var t = span.x; t < span.y; t++) {
        let key = t * QKV + H / 4u + head;
        var score = 0.0;
        score += dot(query{d}, qkv[key + {d}u]);
        peak = max(peak, score);
    }
    var total = 0.0;
    var out{d} = vec4f();
    for (var t = span.x; t < span.y; t++) {
        let key = t * QKV + H / 4u + head;
        var score = 0.0;
        score += dot(query{d}, qkv[key + {d}u]);
        let weight = exp2(score - peak);
        total += weight;
        out{d} += weight * qkv[key + H / 4u + {d}u];
    }
    inputs[row * (H / 4u) + head + {d}u] = out{d} / total;
}

fn prepare(thread: u32, first_row: u32) {
    for (var i = thread; i < ROWS * (H / HEAD); i += THREADS) {
        let row = first_row + i % ROWS;
        if row < size.rows {
            attend(row, i / ROWS * (HEAD / 4u));
        }
    }
    storageBarrier();
}
