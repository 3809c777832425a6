//! Windows bitmap: header, colours, pixels; what follows is cut off.

use super::input::Input;
use super::{Refused, Walked, pixels};
use std::io::Write;

/// Between headers and pixels lie masks and at most 256 colours.
const MOST_BETWEEN: u64 = 16 + 1_024;

/// Whether the first 16 bytes fit: the reserved fields are empty, the second header has a known length.
pub(super) fn is_likely(head: &[u8]) -> bool {
    head.get(6..10) == Some(&[0; 4])
        && head.get(14).is_some_and(|length| matches!(length, 40 | 52 | 56 | 108 | 124))
}

pub(super) fn walk(input: &mut Input, out: &mut dyn Write) -> Walked<()> {
    let mut head = input.some(54)?;
    let u32_at = |at: usize| {
        let bytes = head.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).unwrap_or([0; 4]);
        u32::from_le_bytes(bytes)
    };
    let (start, header) = (u64::from(u32_at(10)), u64::from(u32_at(14)));
    let (width, height) = (u32_at(18).cast_signed(), u32_at(22).cast_signed());
    let (planes_and_bits, packing, told) = (u32_at(26), u32_at(30), u64::from(u32_at(34)));
    if width <= 0 {
        return Err(Refused::Damaged("the picture has no area"));
    }
    let (width, height) = (u64::from(width.unsigned_abs()), u64::from(height.unsigned_abs()));
    pixels(width, height)?;
    let bits = u64::from(planes_and_bits >> 16);
    if planes_and_bits & 0xffff != 1 || !matches!(bits, 1 | 4 | 8 | 16 | 24 | 32) {
        return Err(Refused::Damaged("a depth that no picture has"));
    }
    let size = match packing {
        0 | 3 | 6 => (width * bits).div_ceil(32) * 4 * height,
        1 | 2 if told > 0 => told,
        _ => return Err(Refused::Damaged("a packing that is not taken")),
    };
    let least = 14 + header;
    if start < least || start > least + MOST_BETWEEN || start + size > input.len() {
        return Err(Refused::Damaged("the pixels are not where they must be"));
    }
    let total = u32::try_from(start + size).map_err(|_| Refused::Damaged("it is too large"))?;
    if let Some(field) = head.get_mut(2..6) {
        field.copy_from_slice(&total.to_le_bytes());
    }
    out.write_all(&head)?;
    if header == 124 {
        // The last header says where a colour profile is, which lies behind the pixels and goes.
        input.copy(14 + 112 - 54, out)?;
        input.skip(8)?;
        out.write_all(&[0; 8])?;
    }
    let at = input.at();
    input.copy(start + size - at, out)
}
