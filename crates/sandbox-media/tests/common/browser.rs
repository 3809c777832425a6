//! The media of a browser: str0m over a UDP socket of its own.

use std::time::Instant;

use str0m::change::{SdpAnswer, SdpOffer, SdpPendingOffer};
use str0m::format::{Codec, FormatParams};
use str0m::media::{
    Direction, Frequency, KeyframeRequestKind, MediaData, MediaKind, MediaTime, Mid, TelephoneEvent,
};
use str0m::net::{Protocol, Receive};
use str0m::{Candidate, Event, Input, Output, Rtc, RtcConfig};
use tokio::net::UdpSocket;

use super::bounded;

pub(crate) struct Browser {
    rtc: Rtc,
    sockets: Vec<UdpSocket>,
    audio: Mid,
    video: Option<Mid>,
    time: u64,
    connected: bool,
    events: std::collections::VecDeque<Event>,
    moved_to: Option<Candidate>,
}

impl Browser {
    /// A peer connection, and its offer.
    pub(crate) async fn new(video: bool) -> (Browser, String, SdpPendingOffer) {
        let mut config = RtcConfig::new().clear_codecs().enable_opus(true, false).enable_vp8(true);
        config.codec_config().add_config(
            126.into(),
            None,
            Codec::Tele,
            Frequency::FORTY_EIGHT_KHZ,
            None,
            FormatParams::parse_line("0-16"),
        );
        let mut rtc = config.build(Instant::now());
        let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
        let address = socket.local_addr().expect("an address");
        rtc.add_local_candidate(Candidate::host(address, "udp").expect("a candidate"));
        let mut api = rtc.sdp_api();
        let audio = api.add_media(MediaKind::Audio, Direction::SendRecv, None, None, None);
        let video = video.then(|| api.add_media(MediaKind::Video, Direction::SendRecv, None, None, None));
        let (offer, pending) = api.apply().expect("an offer");
        let browser = Browser {
            rtc,
            sockets: vec![socket],
            audio,
            video,
            time: 0,
            connected: false,
            events: std::collections::VecDeque::new(),
            moved_to: None,
        };
        (browser, offer.to_sdp_string(), pending)
    }

    pub(crate) fn accept(&mut self, pending: SdpPendingOffer, answer: &str) {
        let answer = SdpAnswer::from_sdp_string(answer).expect("an answer");
        self.rtc.sdp_api().accept_answer(pending, answer).expect("an answer that fits");
        if let Some(candidate) = self.moved_to.take() {
            self.rtc.add_local_candidate(candidate);
        }
    }

    pub(crate) fn agree(&mut self, offer: &str) -> String {
        let offer = SdpOffer::from_sdp_string(offer).expect("an offer");
        self.rtc.sdp_api().accept_offer(offer).expect("an offer that fits").to_sdp_string()
    }

    pub(crate) fn change(&mut self, direction: Direction) -> (String, SdpPendingOffer) {
        let mut api = self.rtc.sdp_api();
        api.set_direction(self.audio, direction);
        let (offer, pending) = api.apply().expect("an offer");
        (offer.to_sdp_string(), pending)
    }

    /// Another network: the old socket is gone, and ICE begins anew on another.
    pub(crate) async fn move_away(&mut self) -> (String, SdpPendingOffer) {
        let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
        let address = socket.local_addr().expect("an address");
        self.sockets = vec![socket];
        let mut api = self.rtc.sdp_api();
        api.ice_restart(false);
        let (offer, pending) = api.apply().expect("an offer");
        // The new candidate goes with the offer, as at the end of gathering.
        let candidate = Candidate::host(address, "udp").expect("a candidate");
        let line = format!("a={}", candidate.to_sdp_string().trim_start_matches("a="));
        let offer: String = offer
            .to_sdp_string()
            .lines()
            .filter(|text| !text.starts_with("a=candidate"))
            .flat_map(|text| {
                let more = text.starts_with("a=ice-pwd").then_some(line.as_str());
                std::iter::once(text).chain(more)
            })
            .map(|text| format!("{text}\r\n"))
            .collect();
        self.moved_to = Some(candidate);
        (offer, pending)
    }

    /// Sends one packet of sound.
    pub(crate) fn speak(&mut self, packet: &[u8]) {
        self.time += 960;
        let time = MediaTime::new(self.time, Frequency::FORTY_EIGHT_KHZ);
        self.write(self.audio, Codec::Opus, time, packet);
    }

    /// Sends one picture.
    pub(crate) fn show(&mut self, picture: &[u8]) {
        self.time += 960;
        let time = MediaTime::new(self.time * 15 / 8, Frequency::NINETY_KHZ);
        self.write(self.video.expect("a camera"), Codec::Vp8, time, picture);
    }

    fn write(&mut self, mid: Mid, codec: Codec, time: MediaTime, data: &[u8]) {
        let Some(writer) = self.rtc.writer(mid) else { return };
        let Some(number) = writer.payload_params().find(|params| params.spec().codec == codec) else {
            return;
        };
        let number = number.pt();
        writer.write(number, Instant::now(), time, data).expect("media is written");
    }

    pub(crate) fn press(&mut self, event: u8) {
        self.time += 960;
        let time = MediaTime::new(self.time, Frequency::FORTY_EIGHT_KHZ);
        let writer = self.rtc.writer(self.audio).expect("sound");
        let number =
            writer.payload_params().find(|params| params.spec().codec == Codec::Opus).expect("Opus").pt();
        let duration = std::time::Duration::from_millis(100);
        let tone = TelephoneEvent { event, end: true, volume: 10, duration };
        writer.telephone_event(tone).write(number, Instant::now(), time, &[][..]).expect("a tone");
    }

    pub(crate) fn want_keyframe(&mut self) {
        let mut writer = self.rtc.writer(self.video.expect("a camera")).expect("a picture");
        writer.request_keyframe(None, KeyframeRequestKind::Pli).expect("a picture comes in");
    }

    /// The next event; sockets and time are looked after meanwhile. `None`: `idle` went by without one.
    async fn event(&mut self, idle: std::time::Duration) -> Option<Event> {
        let end = Instant::now() + idle;
        let mut buffer = vec![0; 2_048];
        loop {
            let wait = loop {
                match self.rtc.poll_output().expect("a living connection") {
                    Output::Timeout(at) => break at,
                    Output::Transmit(datagram) => {
                        // Those of a network that is gone are lost.
                        let socket = self
                            .sockets
                            .iter()
                            .find(|socket| socket.local_addr().is_ok_and(|own| own == datagram.source));
                        if let Some(socket) = socket {
                            let _ = socket.send_to(&datagram.contents, datagram.destination).await;
                        }
                    }
                    Output::Event(Event::Connected) => {
                        self.connected = true;
                        self.events.push_back(Event::Connected);
                    }
                    Output::Event(event) => self.events.push_back(event),
                }
            };
            if let Some(event) = self.events.pop_front() {
                return Some(event);
            }
            let now = Instant::now();
            if now >= end {
                return None;
            }
            let socket = self.sockets.first().expect("a socket");
            let local = socket.local_addr().expect("an address");
            let until = wait.min(end).into();
            match tokio::time::timeout_at(until, socket.recv_from(&mut buffer)).await {
                Ok(Ok((length, from))) => {
                    if let Ok(receive) = Receive::new(Protocol::Udp, from, local, &buffer[..length]) {
                        self.rtc.handle_input(Input::Receive(Instant::now(), receive)).expect("input");
                    }
                }
                _ => self.rtc.handle_input(Input::Timeout(Instant::now())).expect("time"),
            }
        }
    }

    pub(crate) async fn connect(&mut self) {
        while !self.connected {
            let event = bounded("a connection", self.event(super::BOUND)).await;
            assert!(event.is_some(), "no connection");
        }
    }

    /// Looks after the connection for one packet's time.
    pub(crate) async fn live(&mut self) -> Option<Event> {
        self.event(std::time::Duration::from_millis(20)).await
    }

    /// Speaks this packet over and over until `wanted` picks an event.
    pub(crate) async fn speak_until<T>(
        &mut self,
        packet: &[u8],
        mut wanted: impl FnMut(Event) -> Option<T>,
    ) -> T {
        bounded("what was waited for", async {
            loop {
                self.speak(packet);
                if let Some(found) = self.live().await.and_then(&mut wanted) {
                    return found;
                }
            }
        })
        .await
    }
}

/// The sound in an event.
pub(crate) fn sound(event: Event) -> Option<Vec<u8>> {
    frame(event, true).map(|frame| frame.data.to_vec())
}

/// The picture in an event.
pub(crate) fn picture(event: Event) -> Option<Vec<u8>> {
    frame(event, false).map(|frame| frame.data.to_vec())
}

fn frame(event: Event, audio: bool) -> Option<MediaData> {
    match event {
        Event::MediaData(data) if data.params.spec().codec.is_audio() == audio => Some(data),
        _ => None,
    }
}
