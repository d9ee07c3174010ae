//! QR codes.

use qrcodegen::{QrCode, QrCodeEcc};
use slint::{Image, Rgb8Pixel, SharedPixelBuffer};

/// Light modules around the code (ISO/IEC 18004, 5.3.8: at least four).
const QUIET: i32 = 4;

/// One pixel a module; the page scales it without smoothing. An empty picture when `text` is empty or too long.
pub(super) fn picture(text: &str) -> Image {
    if text.is_empty() {
        return Image::default();
    }
    let Ok(code) = QrCode::encode_text(text, QrCodeEcc::Medium) else {
        return Image::default();
    };
    let side = code.size() + 2 * QUIET;
    let pixels = u32::try_from(side).unwrap_or_default();
    let mut buffer = SharedPixelBuffer::<Rgb8Pixel>::new(pixels, pixels);
    let places = (0..side).flat_map(|y| (0..side).map(move |x| (x - QUIET, y - QUIET)));
    for (pixel, (x, y)) in buffer.make_mut_slice().iter_mut().zip(places) {
        let light = if code.get_module(x, y) { 0 } else { 255 };
        *pixel = Rgb8Pixel::new(light, light, light);
    }
    Image::from_rgb8(buffer)
}
