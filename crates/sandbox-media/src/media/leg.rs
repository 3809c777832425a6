//! One end of a call's media: a browser's peer connection and what is done with its sound and picture.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use str0m::change::{SdpAnswer, SdpOffer, SdpPendingOffer};
use str0m::config::DtlsCert;
use str0m::format::{Codec, CodecExtra, FormatParams};
use str0m::media::{Direction, Frequency, KeyframeRequestKind, MediaData, MediaKind, MediaTime, Mid};
use str0m::net::{Protocol, Receive, Transmit};
use str0m::{Candidate, Event, Input, Output, Rtc, RtcConfig};

use super::announcement::{self, PACKET, PACKET_SAMPLES};
use super::{LegId, MediaError, MediaNews, Plays, Traffic};

/// Payload types of telephone events when they are ours to choose (RFC 4733).
const TONES: [(u8, Frequency); 2] = [(110, Frequency::FORTY_EIGHT_KHZ), (126, Frequency::EIGHT_KHZ)];

/// What timestamps of Opus count (RFC 7587 §4.1).
const AUDIO: Frequency = Frequency::FORTY_EIGHT_KHZ;

/// What to offer in a change of our own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// The other side hears us and is not heard.
    Hold,
    /// Both ways again.
    Resume,
    /// A picture that nobody asked for.
    AddVideo,
}

/// Something for another leg, or for those who watch.
pub(super) enum Outcome {
    Frame(Box<MediaData>),
    Keyframe(KeyframeRequestKind),
    News(MediaNews),
}

pub(super) struct Leg {
    rtc: Rtc,
    pub(super) plays: Plays,
    pub(super) peer: Option<LegId>,
    audio: Option<Mid>,
    video: Option<Mid>,
    /// When str0m wants to be called again.
    wants: Instant,
    next_packet: Option<Instant>,
    packets_played: u64,
    clock: AudioClock,
    pub(super) born: Instant,
    pub(super) heard: Option<Instant>,
    pub(super) told_lost: bool,
    pending: Option<SdpPendingOffer>,
    last_tone: Option<MediaTime>,
    pub(super) traffic: Traffic,
}

impl Leg {
    /// Accepts an offer; the answer is complete, no candidate follows.
    pub(super) fn accept(
        now: Instant,
        offer: &str,
        plays: Plays,
        tones: bool,
        cert: Option<DtlsCert>,
        candidates: &[Candidate],
    ) -> Result<(Leg, String), MediaError> {
        let offer = SdpOffer::from_sdp_string(offer).map_err(|error| MediaError::Offer(error.to_string()))?;
        let mut config = RtcConfig::new().clear_codecs().enable_opus(true, false).enable_vp8(true);
        if let Some(cert) = cert {
            config = config.set_dtls_cert(cert);
        }
        if tones {
            for (number, rate) in TONES {
                let digits = FormatParams::parse_line("0-16");
                config.codec_config().add_config(number.into(), None, Codec::Tele, rate, None, digits);
            }
        }
        let mut rtc = config.build(now);
        for candidate in candidates {
            rtc.add_local_candidate(candidate.clone());
        }
        let answer =
            rtc.sdp_api().accept_offer(offer).map_err(|error| MediaError::Offer(error.to_string()))?;
        let answer = answer.to_sdp_string();
        let (audio, video) = lines(&answer);
        let leg = Leg {
            rtc,
            plays,
            peer: None,
            audio,
            video,
            wants: now,
            next_packet: None,
            packets_played: 0,
            clock: AudioClock::default(),
            born: now,
            heard: None,
            told_lost: false,
            pending: None,
            last_tone: None,
            traffic: Traffic::default(),
        };
        Ok((leg, answer))
    }

    /// Accepts a further offer: hold, a new network, another track.
    pub(super) fn accept_again(&mut self, offer: &str) -> Result<String, MediaError> {
        let wrong = |error: &dyn std::fmt::Display| MediaError::Offer(error.to_string());
        let offer = SdpOffer::from_sdp_string(offer).map_err(|error| wrong(&error))?;
        self.pending = None;
        self.heard = self.heard.map(|_| Instant::now());
        let answer = self.rtc.sdp_api().accept_offer(offer).map_err(|error| wrong(&error))?.to_sdp_string();
        (self.audio, self.video) = lines(&answer);
        Ok(answer)
    }

    /// An offer of our own.
    pub(super) fn offer(&mut self, change: Change) -> Result<String, MediaError> {
        let mut api = self.rtc.sdp_api();
        match change {
            Change::Hold | Change::Resume => {
                let direction =
                    if change == Change::Hold { Direction::SendOnly } else { Direction::SendRecv };
                for mid in [self.audio, self.video].into_iter().flatten() {
                    api.set_direction(mid, direction);
                }
            }
            Change::AddVideo => {
                api.add_media(MediaKind::Video, Direction::SendRecv, None, None, None);
            }
        }
        let (offer, pending) = api.apply().ok_or(MediaError::NothingToOffer)?;
        self.pending = Some(pending);
        Ok(offer.to_sdp_string())
    }

    /// The answer to it.
    pub(super) fn accept_answer(&mut self, answer: &str) -> Result<(), MediaError> {
        let wrong = |error: &dyn std::fmt::Display| MediaError::Offer(error.to_string());
        let pending = self.pending.take().ok_or(MediaError::NothingToOffer)?;
        let parsed = SdpAnswer::from_sdp_string(answer).map_err(|error| wrong(&error))?;
        self.rtc.sdp_api().accept_answer(pending, parsed).map_err(|error| wrong(&error))?;
        (self.audio, self.video) = lines(answer);
        Ok(())
    }

    /// Our offer was refused: what str0m has changed for it is changed back.
    pub(super) fn take_back(&mut self, change: Change) {
        self.pending = None;
        let before = match change {
            Change::Hold => Direction::SendRecv,
            Change::Resume => Direction::SendOnly,
            Change::AddVideo => return,
        };
        for mid in [self.audio, self.video].into_iter().flatten() {
            self.rtc.sdp_api().set_direction(mid, before);
        }
    }

    /// Gives a datagram to this leg if it is for it.
    pub(super) fn receive(
        &mut self,
        now: Instant,
        local: SocketAddr,
        from: SocketAddr,
        bytes: &[u8],
    ) -> Option<bool> {
        let input = Input::Receive(now, Receive::new(Protocol::Udp, from, local, bytes).ok()?);
        if !self.rtc.accepts(&input) {
            return Some(false);
        }
        self.heard = Some(now);
        self.traffic.datagrams += 1;
        if let Err(error) = self.rtc.handle_input(input) {
            tracing::debug!(%error, "a datagram was refused");
        }
        Some(true)
    }

    /// When something is to be done here next.
    pub(super) fn due(&self) -> Instant {
        self.next_packet.map_or(self.wants, |packet| packet.min(self.wants))
    }

    /// Lets time pass.
    pub(super) fn tick(&mut self, now: Instant) {
        if self.wants <= now
            && let Err(error) = self.rtc.handle_input(Input::Timeout(now))
        {
            tracing::debug!(%error, "media ended");
            self.rtc.disconnect();
        }
    }

    /// The next packet of the announcement if it is due. `true`: there was one, and the leg has to be drained.
    pub(super) fn play(&mut self, now: Instant) -> bool {
        let Some(due) = self.next_packet.filter(|due| *due <= now) else { return false };
        let packets = announcement::packets();
        let count = packets.len() as u64;
        self.next_packet = Some(due + PACKET);
        let Some(packet) =
            (self.packets_played % count.max(1)).try_into().ok().and_then(|at: usize| packets.get(at))
        else {
            return false;
        };
        let time = self.clock.sends(due, self.packets_played * PACKET_SAMPLES);
        self.packets_played += 1;
        let Some(writer) = self.audio.and_then(|mid| self.rtc.writer(mid)) else { return false };
        let Some(number) = writer.payload_params().find(|params| params.spec().codec == Codec::Opus) else {
            return false;
        };
        let number = number.pt();
        if writer.write(number, now, time, packet.clone()).is_ok() {
            self.traffic.audio_out += 1;
        }
        true
    }

    /// From now on it sends what this leg receives.
    pub(super) fn join(&mut self, peer: LegId) {
        if self.peer.replace(peer) != Some(peer) {
            self.clock.change_source();
        }
        if self.plays == Plays::PeerAfterAnnouncement {
            self.next_packet = None;
        }
    }

    /// Sends what another leg received.
    pub(super) fn write(&mut self, frame: &MediaData) {
        let audio = frame.params.spec().codec.is_audio();
        let Some(mid) = (if audio { self.audio } else { self.video }) else { return };
        let Some(writer) = self.rtc.writer(mid) else { return };
        let Some(number) = writer.match_params(frame.params) else { return };
        let time = if audio {
            self.clock.sends(frame.network_time, frame.time.rebase(AUDIO).numer())
        } else {
            frame.time
        };
        match writer.write(number, frame.network_time, time, frame.data.clone()) {
            Ok(()) if audio => self.traffic.audio_out += 1,
            Ok(()) => self.traffic.video_out += 1,
            Err(error) => tracing::trace!(%error, "a frame was not sent"),
        }
    }

    /// Asks the browser of this leg for a whole picture.
    pub(super) fn ask_for_keyframe(&mut self, kind: KeyframeRequestKind) {
        let Some(mut writer) = self.video.and_then(|mid| self.rtc.writer(mid)) else { return };
        if let Err(error) = writer.request_keyframe(None, kind) {
            tracing::trace!(%error, "no keyframe to be had");
        }
    }

    /// Ends the connection in an orderly way; what is to be sent comes with the next drain.
    pub(super) fn close(&mut self) {
        if let Err(error) = self.rtc.close() {
            tracing::debug!(%error, "media not closed in an orderly way");
        }
    }

    /// Takes what str0m has ready. To be called after every change.
    pub(super) fn drain(&mut self, id: LegId, now: Instant, out: &mut Vec<Transmit>) -> Vec<Outcome> {
        let mut outcomes = Vec::new();
        while self.rtc.is_alive() {
            match self.rtc.poll_output() {
                Ok(Output::Timeout(at)) => {
                    self.wants = at;
                    return outcomes;
                }
                Ok(Output::Transmit(transmit)) => out.push(transmit),
                Ok(Output::Event(event)) => outcomes.extend(self.note(id, now, event)),
                Err(error) => {
                    tracing::debug!(%error, "media ended");
                    self.rtc.disconnect();
                }
            }
        }
        // Nothing will come any more.
        self.wants = now + Duration::from_secs(3_600);
        self.next_packet = None;
        outcomes
    }

    fn note(&mut self, id: LegId, now: Instant, event: Event) -> Option<Outcome> {
        match event {
            Event::Connected => {
                self.heard = Some(now);
                let plays = match self.plays {
                    Plays::Announcement => true,
                    Plays::PeerAfterAnnouncement => self.peer.is_none(),
                    Plays::Echo | Plays::Peer => false,
                };
                self.next_packet = plays.then_some(now);
                Some(Outcome::News(MediaNews::Connected(id)))
            }
            Event::MediaData(data) => match data.codec_extra {
                CodecExtra::Tele(tone) => {
                    let fresh = self.last_tone != Some(data.time);
                    self.last_tone = Some(data.time);
                    let digit = b"0123456789*#ABCD".get(usize::from(tone.event)).copied().map(char::from)?;
                    fresh.then_some(Outcome::News(MediaNews::Digit(id, digit)))
                }
                _ => {
                    let audio = data.params.spec().codec.is_audio();
                    let count = if audio { &mut self.traffic.audio_in } else { &mut self.traffic.video_in };
                    *count += 1;
                    Some(Outcome::Frame(Box::new(data)))
                }
            },
            Event::KeyframeRequest(request) => Some(Outcome::Keyframe(request.kind)),
            Event::Closed => Some(Outcome::News(MediaNews::Closed(id))),
            _ => None,
        }
    }
}

/// Timestamps of the sound that is sent: one row of them, whoever it comes from.
#[derive(Clone, Copy, Debug, Default)]
struct AudioClock {
    /// What is added to the source's own timestamps, modulo 2^64.
    shift: u64,
    /// The last timestamp that was sent, and when.
    last: Option<(Instant, u64)>,
    /// The next packet is the first of another source, which counts from anywhere.
    fresh: bool,
}

impl AudioClock {
    fn change_source(&mut self) {
        self.fresh = true;
    }

    /// The timestamp to be sent for this one of the source.
    fn sends(&mut self, now: Instant, own: u64) -> MediaTime {
        if std::mem::take(&mut self.fresh)
            && let Some((at, last)) = self.last
        {
            let since = now.saturating_duration_since(at).max(PACKET);
            let samples = since.as_micros() as u64 * 48 / 1_000;
            self.shift = (last + samples).wrapping_sub(own);
        }
        let time = own.wrapping_add(self.shift);
        self.last = Some((now, time));
        MediaTime::new(time, AUDIO)
    }
}

/// The names of the first line of sound and the first of pictures that are in use.
fn lines(sdp: &str) -> (Option<Mid>, Option<Mid>) {
    let (mut audio, mut video) = (None, None);
    // The part before the first line describes the session.
    for section in sdp.split("\nm=").skip(1) {
        let mut words = section.split_whitespace();
        let slot = match (words.next(), words.next()) {
            (_, Some("0")) => continue,
            (Some("audio"), _) => &mut audio,
            (Some("video"), _) => &mut video,
            _ => continue,
        };
        let name = section.lines().find_map(|line| line.trim_end().strip_prefix("a=mid:"));
        *slot = slot.or(name.map(Mid::from));
    }
    (audio, video)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_go_on_when_the_source_changes() {
        let begin = Instant::now();
        let mut clock = AudioClock::default();
        let mut at = |ms, own| clock.sends(begin + Duration::from_millis(ms), own).numer();
        assert_eq!([at(0, 7_000), at(20, 7_960)], [7_000, 7_960]);
        clock.change_source();
        let mut at = |ms, own| clock.sends(begin + Duration::from_millis(ms), own).numer();
        // 100 ms later, from one that has counted further, or has only begun.
        assert_eq!([at(120, 4_000_000_000), at(140, 4_000_000_960)], [12_760, 13_720]);
        clock.change_source();
        let mut at = |ms, own| clock.sends(begin + Duration::from_millis(ms), own).numer();
        assert_eq!([at(140, 0), at(180, 1_920)], [14_680, 16_600]);
    }

    #[test]
    fn the_first_lines_in_use() {
        let sdp = "v=0\r\nm=video 0 UDP 96\r\na=mid:0\r\nm=audio 9 UDP 111\r\na=sendrecv\r\na=mid:one\r\n\
            m=audio 9 UDP 111\r\na=mid:2\r\nm=video 9 UDP 96\r\na=mid:3\r\n";
        assert_eq!(lines(sdp), (Some(Mid::from("one")), Some(Mid::from("3"))));
        assert_eq!(lines("v=0\r\n"), (None, None));
    }
}
