//! The events and their reasons: closed sets, in the words of the log. docs/monitoring.md lists them all.

use crate::files::sniff::Refused;
use crate::identity::Refusal;
use crate::vendor::PushRefusal;

/// Why something happened.
pub trait Reason: Copy {
    /// What.
    const KIND: Kind;

    /// The reason as it stands in the log.
    fn word(self) -> &'static str;
}

/// Words of a closed set.
macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$what:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$what])* $variant,)+ }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// As it stands in the log.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }
    };
    ($(#[$about:meta])* $name:ident of $kind:ident { $($set:tt)+ }) => {
        words! { $(#[$about])* $name { $($set)+ } }

        impl Reason for $name {
            const KIND: Kind = Kind::$kind;

            fn word(self) -> &'static str {
                self.word()
            }
        }
    };
}

words! {
    /// What is written down.
    Kind {
        /// A call came with a credential that opens nothing.
        CredentialRefused = "credential_refused",
        /// A page wished to go on with a session that there is not (any more), and got a new one.
        SessionNotResumed = "session_not_resumed",
        /// A token of the site was not taken.
        IdentityRefused = "identity_refused",
        /// A visitor is known by the site's word from now on.
        IdentitySignedIn = "identity_signed_in",
        /// Another person came in place of one before, whose session was erased.
        IdentityChanged = "identity_changed",
        /// A visitor whom the site vouched for has logged out; the session was erased.
        IdentitySignedOut = "identity_signed_out",
        /// A page of another origin.
        OriginRefused = "origin_refused",
        /// Somebody was told to come again later.
        LimitHit = "limit_hit",
        /// A visitor's file was not taken for what is in it.
        FileRefused = "file_refused",
        /// A ticket did not open a file.
        TicketRefused = "ticket_refused",
        /// A session was not handed over to another window.
        HandoverRefused = "handover_refused",
        /// An anonymous visitor has logged out; the session was erased.
        SessionErased = "session_erased",
        /// Somebody without its key asked at the operator listener.
        OperatorKeyRefused = "operator_key_refused",
        /// Somebody sent messages as the centre, and is not known to be it.
        PushRefused = "push_refused",
        /// Other settings are in force.
        SettingsTakenOver = "settings_taken_over",
        /// Settings were read and are not taken.
        SettingsRefused = "settings_refused",
        /// New connections get another certificate.
        CertificateReplaced = "certificate_replaced",
        /// Another certificate was found and cannot be used.
        CertificateRefused = "certificate_refused",
    }
}

impl Kind {
    /// The event in English, for whoever reads the log.
    pub(super) const fn sentence(self) -> &'static str {
        match self {
            Self::CredentialRefused => "a credential was refused",
            Self::SessionNotResumed => "a session could not be resumed",
            Self::IdentityRefused => "an identity token was refused",
            Self::IdentitySignedIn => "a visitor signed in",
            Self::IdentityChanged => "another person signed in",
            Self::IdentitySignedOut => "a visitor signed out",
            Self::OriginRefused => "a page of another origin was refused",
            Self::LimitHit => "a limit was hit",
            Self::FileRefused => "a file was refused",
            Self::TicketRefused => "a ticket for a file was refused",
            Self::HandoverRefused => "a ticket for a session was refused",
            Self::SessionErased => "a visitor erased the session",
            Self::OperatorKeyRefused => "a key of the operator listener was refused",
            Self::PushRefused => "a push was refused",
            Self::SettingsTakenOver => "other settings were taken over",
            Self::SettingsRefused => "other settings were refused",
            Self::CertificateReplaced => "the certificate was replaced",
            Self::CertificateRefused => "another certificate was refused",
        }
    }
}

words! {
    /// What is wrong with a credential.
    Credential of CredentialRefused {
        /// The request has none.
        Missing = "missing",
        /// No 32 bytes in base64url: no page has got it here.
        Malformed = "malformed",
        /// Well formed, and never given out, or erased since.
        Unknown = "unknown",
        /// Its session was not used for too long.
        Expired = "expired",
        /// Its visitor is anonymous where nobody may be.
        Anonymous = "anonymous",
    }
}

words! {
    /// What is wrong with a token of the site.
    Identity of IdentityRefused {
        /// There is none where one is needed.
        Missing = "missing",
        /// The desk takes none.
        NotTaken = "not_taken",
        /// More bytes than any honest token has.
        TooLong = "too_long",
        /// No JWT.
        Malformed = "malformed",
        /// It asks for something that is not understood.
        Critical = "critical",
        /// No key has its name.
        UnknownKey = "unknown_key",
        /// Another algorithm than its key's.
        Algorithm = "wrong_algorithm",
        /// Not signed by the key.
        Signature = "bad_signature",
        /// A claim is missing or not of its type.
        Claims = "bad_claims",
        /// No name for the visitor, or too long a one.
        Subject = "bad_subject",
        /// No number, or too long a one.
        Number = "bad_number",
        /// For somebody else.
        Audience = "wrong_audience",
        /// Good for too long.
        TooFarAhead = "too_far_ahead",
        /// From the future.
        NotYet = "not_yet",
        /// Over.
        Expired = "expired",
        /// It was used before.
        Replayed = "replayed",
    }
}

impl From<Refusal> for Identity {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotTaken => Self::NotTaken,
            Refusal::TooLong => Self::TooLong,
            Refusal::Form => Self::Malformed,
            Refusal::Critical => Self::Critical,
            Refusal::Key => Self::UnknownKey,
            Refusal::Algorithm => Self::Algorithm,
            Refusal::Signature => Self::Signature,
            Refusal::Claims => Self::Claims,
            Refusal::Subject => Self::Subject,
            Refusal::Number => Self::Number,
            Refusal::Audience => Self::Audience,
            Refusal::TooFarAhead => Self::TooFarAhead,
            Refusal::NotYet => Self::NotYet,
            Refusal::Expired => Self::Expired,
        }
    }
}

words! {
    /// Where a request came from.
    Origin of OriginRefused {
        /// A page of an origin that is not the desk's.
        Page = "page",
        /// A browser that does not say, or headers that contradict themselves.
        Elsewhere = "elsewhere",
        /// A page of an origin that is no desk's, and its browser asked first.
        Preflight = "preflight",
    }
}

words! {
    /// The limits; also the label of the figure.
    Limit of LimitHit {
        /// By address.
        Connections = "connections",
        /// By address.
        Requests = "requests",
        /// New ones, by address.
        Sessions = "sessions",
        /// All that are kept, by everybody together; nobody is to blame, so only the figure tells.
        SessionsKept = "sessions_kept",
        /// By visitor, as the rest.
        Messages = "messages",
        /// From the visitor.
        Files = "files",
        /// To the visitor.
        FileReads = "file_reads",
        /// Wishes to be connected.
        Connects = "connects",
        /// Questions for them.
        Suggestions = "suggestions",
        /// Judgements of answers.
        Feedback = "feedback",
        /// Pages of it.
        History = "history",
        /// For when nobody works.
        LeftMessages = "left_messages",
        /// Over the network.
        Calls = "calls",
        /// By member of staff.
        PlacedCalls = "placed_calls",
        /// By desk, at the operator listener.
        OperatorCalls = "operator_calls",
        /// Of all who have its key.
        OperatorQuestions = "operator_questions",
        /// By desk, of its centre.
        Pushes = "pushes",
    }
}

words! {
    /// What is wrong with a file. The detail of the line says more.
    File of FileRefused {
        /// There is nothing in it.
        Empty = "empty",
        /// No kind that is known.
        UnknownKind = "unknown_kind",
        /// A kind that the desk does not take: the detail.
        KindNotTaken = "kind_not_taken",
        /// It begins like one kind and is not whole.
        Damaged = "damaged",
        /// It holds something that could run, or be taken for another kind.
        Active = "active",
        /// A picture of too many pixels.
        TooManyPixels = "too_many_pixels",
    }
}

impl File {
    /// The reason and its detail; `None` when it is not the file's fault.
    pub fn of(refused: &Refused) -> Option<(Self, Option<&'static str>)> {
        match refused {
            Refused::Empty => Some((Self::Empty, None)),
            Refused::Unknown => Some((Self::UnknownKind, None)),
            Refused::NotTaken(format) => Some((Self::KindNotTaken, Some(format.extension()))),
            Refused::Damaged(what) => Some((Self::Damaged, Some(what))),
            Refused::Active(what) => Some((Self::Active, Some(what))),
            Refused::TooManyPixels => Some((Self::TooManyPixels, None)),
            Refused::Disk(_) => None,
        }
    }
}

words! {
    /// What is wrong with a ticket for a file.
    Ticket of TicketRefused {
        /// Never given out, over, or another file's.
        Unknown = "unknown",
        /// Its visitor was erased.
        Erased = "erased",
    }
}

words! {
    /// What is wrong with a push.
    Push of PushRefused {
        /// Nothing shows who it is.
        Missing = "missing",
        /// What should show it cannot be read.
        Malformed = "malformed",
        /// Another key.
        Key = "wrong_key",
        /// Signed too long ago, or in the future.
        Time = "wrong_time",
        /// Not signed with the key, or something else was signed.
        Signature = "bad_signature",
        /// The same signature came with another body.
        Replayed = "replayed",
    }
}

impl Push {
    /// The reason; `None`: there is no such door.
    pub fn of(refusal: PushRefusal) -> Option<Self> {
        match refusal {
            PushRefusal::NotTaken => None,
            PushRefusal::Missing => Some(Self::Missing),
            PushRefusal::Malformed => Some(Self::Malformed),
            PushRefusal::Key => Some(Self::Key),
            PushRefusal::Time => Some(Self::Time),
            PushRefusal::Signature => Some(Self::Signature),
            PushRefusal::Replayed => Some(Self::Replayed),
        }
    }
}

words! {
    /// What is wrong with a ticket for a session.
    Handover of HandoverRefused {
        /// No 32 bytes in base64url.
        Malformed = "malformed",
        /// Never registered, used, replaced or over.
        Unknown = "unknown",
        /// Its session is none (any more).
        Session = "session_gone",
        /// Its session is another desk's.
        Desk = "wrong_desk",
        /// The window was opened by a page of another origin.
        Opener = "wrong_opener",
        /// Another visitor has registered the same.
        Taken = "taken",
    }
}

impl Kind {
    /// All reasons that its lines may give.
    pub fn reasons(self) -> Vec<&'static str> {
        match self {
            Self::CredentialRefused => Credential::ALL.iter().map(|reason| reason.word()).collect(),
            Self::IdentityRefused => Identity::ALL.iter().map(|reason| reason.word()).collect(),
            Self::OriginRefused => Origin::ALL.iter().map(|reason| reason.word()).collect(),
            Self::LimitHit => Limit::ALL.iter().map(|reason| reason.word()).collect(),
            Self::FileRefused => File::ALL.iter().map(|reason| reason.word()).collect(),
            Self::TicketRefused => Ticket::ALL.iter().map(|reason| reason.word()).collect(),
            Self::HandoverRefused => Handover::ALL.iter().map(|reason| reason.word()).collect(),
            Self::PushRefused => Push::ALL.iter().map(|reason| reason.word()).collect(),
            Self::SessionNotResumed
            | Self::IdentitySignedIn
            | Self::IdentityChanged
            | Self::IdentitySignedOut
            | Self::SessionErased
            | Self::OperatorKeyRefused
            | Self::SettingsTakenOver
            | Self::SettingsRefused
            | Self::CertificateReplaced
            | Self::CertificateRefused => Vec::new(),
        }
    }
}
