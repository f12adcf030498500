//! Decodes AV1 into planes of samples, by rav1d through dav1d's C interface. All unsafe code for AVIF is in this file. The
//! Rust interface of the crate is not used, because it prints to the terminal and leaks memory. Must not know containers
//! or colours.

use std::{ffi::c_void, mem::MaybeUninit, ptr::NonNull, slice};

use re_rav1d::{
    Dav1dResult,
    include::dav1d::{
        data::Dav1dData,
        dav1d::{Dav1dContext, Dav1dLogger, Dav1dSettings},
        headers::{DAV1D_PIXEL_LAYOUT_I400, DAV1D_PIXEL_LAYOUT_I420, DAV1D_PIXEL_LAYOUT_I444},
        picture::Dav1dPicture,
    },
    src::lib::{
        dav1d_close, dav1d_data_create, dav1d_data_unref, dav1d_default_settings, dav1d_get_picture, dav1d_open,
        dav1d_picture_unref, dav1d_send_data,
    },
};

use super::colour::UNKNOWN_MATRIX;

/// A decoder, closed when it is dropped.
struct Context(Option<Dav1dContext>);

/// The bytes that the decoder reads, freed when they are dropped.
struct Input(Dav1dData);

/// A decoded picture: a plane of luma and, unless it is grey, two of chroma. Freed when it is dropped.
pub struct Frame(Dav1dPicture);

impl Frame {
    /// Decodes the first picture of an AV1 stream. Pictures of more than `max_pixels` are refused before they are decoded.
    ///
    /// # Errors
    /// If the stream is empty, damaged or too large.
    pub fn decode(stream: &[u8], max_pixels: u32) -> Result<Self, String> {
        if stream.is_empty() {
            return Err("the AVIF file has no picture".into());
        }
        let context = Context::open(max_pixels)?;
        let mut input = Input::copy(stream)?;
        // SAFETY: the context is open, and `input` is valid for reads and writes.
        check(unsafe { dav1d_send_data(context.0, Some(NonNull::from(&mut input.0))) })?;
        let mut frame = Self(Dav1dPicture::default());
        // SAFETY: the context is open, and `frame` is valid for writes. It is empty, so nothing needs to be freed first.
        check(unsafe { dav1d_get_picture(context.0, Some(NonNull::from(&mut frame.0))) })?;
        Ok(frame)
    }

    /// Width of the luma plane, in pixels.
    pub fn width(&self) -> u32 {
        self.0.p.w.unsigned_abs()
    }

    /// Height of the luma plane, in pixels.
    pub fn height(&self) -> u32 {
        self.0.p.h.unsigned_abs()
    }

    /// Bits of a sample: 8, 10 or 12.
    pub fn depth_bits(&self) -> u32 {
        self.0.p.bpc.unsigned_abs()
    }

    /// Whether there are no chroma planes.
    pub fn is_grey(&self) -> bool {
        self.0.p.layout == DAV1D_PIXEL_LAYOUT_I400
    }

    /// The base-2 logarithms of the horizontal and vertical chroma subsampling: (1, 1) for 4:2:0, (1, 0) for 4:2:2.
    pub fn chroma_shift(&self) -> (u32, u32) {
        let layout = self.0.p.layout;
        (u32::from(layout != DAV1D_PIXEL_LAYOUT_I444), u32::from(layout == DAV1D_PIXEL_LAYOUT_I420))
    }

    /// The number of the colour matrix (ITU-T H.273, table 4), and whether samples use their full range.
    pub fn matrix_and_range(&self) -> (u16, bool) {
        // SAFETY: the header lives as long as the picture that points to it.
        let header = self.0.seq_hdr.map(|header| unsafe { header.as_ref() });
        header.map_or((UNKNOWN_MATRIX, false), |header| (header.mtrx as u16, header.color_range != 0))
    }

    /// Reads row `y` of plane 0 (luma), 1 or 2 (chroma) into `row`. `y` counts rows of that plane.
    ///
    /// # Panics
    /// If there is no such row or plane.
    pub fn read_row(&self, plane: usize, y: u32, row: &mut Vec<u16>) {
        let (right, down) = if plane == 0 { (0, 0) } else { self.chroma_shift() };
        let (width, height) = ((self.width() + right) >> right, (self.height() + down) >> down);
        assert!(y < height && (plane == 0 || !self.is_grey()), "row {y} of plane {plane}");
        let start = self.0.data[plane].expect("a decoded picture has its planes");
        let stride_bytes = self.0.stride[usize::from(plane > 0)];
        row.clear();
        // SAFETY: the plane has `height` rows, `stride_bytes` apart, each of at least `width` samples: bytes up to 8
        // bits, and aligned 16-bit integers beyond. They live as long as `self`, and nothing writes to them.
        unsafe {
            let start: NonNull<c_void> = start.byte_offset(stride_bytes * y as isize);
            if self.depth_bits() == 8 {
                let samples = slice::from_raw_parts(start.cast::<u8>().as_ptr(), width as usize);
                row.extend(samples.iter().map(|&sample| u16::from(sample)));
            } else {
                row.extend_from_slice(slice::from_raw_parts(start.cast::<u16>().as_ptr(), width as usize));
            }
        }
    }
}

impl Drop for Frame {
    fn drop(&mut self) {
        // SAFETY: the picture is empty or comes from the decoder, and is not used again.
        unsafe { dav1d_picture_unref(Some(NonNull::from(&mut self.0))) };
        // That leaves an empty list of metadata behind. If its 48 bytes were not freed, they would fragment the heap, and
        // each picture would take new memory.
        // SAFETY: `dav1d_picture_unref` has just created the list, and nothing else refers to it.
        drop(self.0.itut_t35_ref.take().map(|list| unsafe { list.into_arc() }));
    }
}

impl Context {
    fn open(max_pixels: u32) -> Result<Self, String> {
        let mut settings = MaybeUninit::<Dav1dSettings>::uninit();
        // SAFETY: the function initialises all settings.
        let mut settings = unsafe {
            dav1d_default_settings(NonNull::from(&mut settings).cast());
            settings.assume_init()
        };
        settings.n_threads = 1; // several pictures are decoded in parallel, each on one thread
        settings.max_frame_delay = 1;
        settings.all_layers = 0; // decode only the best layer of a progressive picture
        settings.apply_grain = 0; // film grain costs bytes, and is not visible in a small picture
        settings.frame_size_limit = max_pixels;
        // SAFETY: no callback is given, so there is nothing to uphold.
        settings.logger = unsafe { Dav1dLogger::new(None, None) };
        let mut context = Self(None);
        // SAFETY: the settings are valid for reads, and the context is valid for writes.
        check(unsafe { dav1d_open(Some(NonNull::from(&mut context.0)), Some(NonNull::from(&mut settings))) })?;
        Ok(context)
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        // SAFETY: the context is `None` or open, and is not used again.
        unsafe { dav1d_close(Some(NonNull::from(&mut self.0))) }
    }
}

impl Input {
    fn copy(stream: &[u8]) -> Result<Self, String> {
        let mut input = Self(Dav1dData::default());
        // SAFETY: `input` is valid for writes.
        let bytes = unsafe { dav1d_data_create(Some(NonNull::from(&mut input.0)), stream.len()) };
        let bytes = NonNull::new(bytes).ok_or("there is not enough memory for the AVIF file")?;
        // SAFETY: the decoder has just allocated this many bytes there, and nothing else refers to them.
        unsafe { bytes.copy_from_nonoverlapping(NonNull::from(stream).cast(), stream.len()) };
        Ok(input)
    }
}

impl Drop for Input {
    fn drop(&mut self) {
        // SAFETY: the data is empty or from `dav1d_data_create`, and is not used again.
        unsafe { dav1d_data_unref(Some(NonNull::from(&mut self.0))) }
    }
}

/// Turns a return code of dav1d into a result.
fn check(result: Dav1dResult) -> Result<(), String> {
    if result.0 == 0 { Ok(()) } else { Err("the AVIF file is damaged".into()) }
}
