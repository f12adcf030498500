// The integer product with WGSL's packed dot product: one instruction on most GPUs.
// `Quad` is four int8 values in one word, `Sum` a running sum of products.
alias Quad = u32;
alias Sum = i32;

fn quad(word: u32) -> Quad {
    return word;
}

fn multiply_add(sum: Sum, a: Quad, b: Quad) -> Sum {
    return sum + dot4I8Packed(a, b);
}

fn total(sum: Sum) -> f32 {
    return f32(sum);
}
