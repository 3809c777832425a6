//! The announcement: a short melody of our own, encoded beforehand (see `examples/melody.rs`).

use std::io::Cursor;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// Length of one packet.
pub(super) const PACKET: Duration = Duration::from_millis(20);
/// Samples of one packet at the 48 kHz that RTP counts Opus in (RFC 7587 §4.1).
pub(super) const PACKET_SAMPLES: u64 = 960;

const FILE: &[u8] = include_bytes!("announcement.opus");

/// The Opus packets of the file, without its two headers (RFC 7845 §3).
pub(super) fn packets() -> &'static [Arc<[u8]>] {
    static PACKETS: OnceLock<Vec<Arc<[u8]>>> = OnceLock::new();
    PACKETS.get_or_init(|| {
        let mut reader = ogg::PacketReader::new(Cursor::new(FILE));
        let mut packets = Vec::new();
        // The file is a part of the program, and a test reads it to its end.
        while let Ok(Some(packet)) = reader.read_packet() {
            packets.push(Arc::from(packet.data));
        }
        packets.split_off(packets.len().min(2))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_holds_four_seconds_in_packets_of_20_ms() {
        let seconds = packets().len() as f64 * PACKET.as_secs_f64();
        assert!((3.9..4.2).contains(&seconds), "{seconds}");
        for packet in packets() {
            // RFC 6716 §3.1: the number in the first five bits tells the length, the last two bits one frame.
            let config = packet[0] >> 3;
            let ms_20 = matches!(config, 1 | 5 | 9 | 13 | 15 | 19 | 23 | 27 | 31);
            assert!(ms_20 && packet[0] & 3 == 0, "first byte {:#x}", packet[0]);
        }
    }
}
