//! Converts luma and chroma (Y'CbCr) to red, green and blue, by the matrix coefficients of ITU-T H.273. Must not know AV1.

/// Number of the matrix of a picture that does not specify one (H.273, table 4).
pub const UNKNOWN_MATRIX: u16 = 2;

/// Converts samples to colours.
pub struct Converter {
    depth_bits: u32,
    full_range: bool,
    matrix: Matrix,
}

enum Matrix {
    /// The planes are green, blue and red, as in a lossless picture.
    Identity,
    /// Y'CbCr; the coefficients K_R and K_B of red and blue in the luma.
    Shares { red: f32, blue: f32 },
}

impl Converter {
    /// `matrix` is a number of H.273, table 4, and `depth_bits` the bits of a sample. `full_range` says that samples use
    /// their whole range, instead of 16 to 235 (luma) and 16 to 240 (chroma) of 8 bits.
    ///
    /// # Errors
    /// If the matrix is not supported.
    pub fn new(matrix: u16, full_range: bool, depth_bits: u32) -> Result<Self, String> {
        let matrix = match matrix {
            0 => Matrix::Identity,
            1 | 12 => Matrix::Shares { red: 0.2126, blue: 0.0722 }, // BT.709
            UNKNOWN_MATRIX | 5 | 6 => Matrix::Shares { red: 0.299, blue: 0.114 }, // BT.601
            4 => Matrix::Shares { red: 0.30, blue: 0.11 },          // FCC
            7 => Matrix::Shares { red: 0.212, blue: 0.087 },        // SMPTE 240M
            9 | 10 => Matrix::Shares { red: 0.2627, blue: 0.0593 }, // BT.2020
            _ => return Err(format!("its colour matrix is not supported (number {matrix} of ITU-T H.273)")),
        };
        Ok(Self { depth_bits, full_range, matrix })
    }

    /// The value of a sample of luma or alpha, from 0 to 1.
    pub fn luma(&self, sample: u16) -> f32 {
        let (black, white) = if self.full_range { (0, self.largest()) } else { (self.scaled(16), self.scaled(235)) };
        (f32::from(sample) - black as f32) / (white - black) as f32
    }

    /// The value of a sample of chroma, from -0.5 to 0.5.
    fn chroma(&self, sample: u16) -> f32 {
        let span = if self.full_range { self.largest() } else { self.scaled(224) };
        (f32::from(sample) - self.scaled(128) as f32) / span as f32
    }

    /// The colour of a pixel with these samples of the three planes.
    pub fn rgb(&self, [first, second, third]: [u16; 3]) -> [u8; 3] {
        let (red, green, blue) = match self.matrix {
            Matrix::Identity => (self.luma(third), self.luma(first), self.luma(second)),
            Matrix::Shares { red: of_red, blue: of_blue } => {
                let (y, cb, cr) = (self.luma(first), self.chroma(second), self.chroma(third));
                let (red, blue) = (y + 2.0 * (1.0 - of_red) * cr, y + 2.0 * (1.0 - of_blue) * cb);
                (red, (y - of_red * red - of_blue * blue) / (1.0 - of_red - of_blue), blue)
            }
        };
        [red, green, blue].map(to_byte)
    }

    /// The largest sample of this depth.
    fn largest(&self) -> u32 {
        (1 << self.depth_bits) - 1
    }

    /// The sample of this depth that corresponds to an 8-bit `sample`.
    fn scaled(&self, sample: u32) -> u32 {
        sample << (self.depth_bits - 8)
    }
}

/// Converts a value from 0 to 1 into a byte. Values outside are clamped.
pub fn to_byte(value: f32) -> u8 {
    (value * 255.0).round() as u8
}
