//! What the robot knows in English.

use super::{Extra, Knowledge, Show, Topic};

const fn topic(
    question: &'static str,
    keywords: &'static [(&'static str, u32)],
    answer: &'static str,
) -> Topic {
    Topic { question, keywords, answer }
}

pub(super) static KNOWLEDGE: Knowledge = Knowledge {
    welcome: "Hello! I am the shop's assistant. Ask me about delivery, returns, payment or your order.",
    greetings: &["hi", "hello", "hey", "good morning", "good afternoon", "good evening"],
    greeting: "Hello! What can I do for you?",
    thanks: &["thanks", "thank", "bye", "goodbye"],
    you_are_welcome: "You are welcome. Have a nice day!",
    person: &["human", "agent", "person", "someone", "representative", "operator", "real people"],
    offer_agent: "I can pass you on to one of our agents. Choose \u{201c}Talk to an agent\u{201d} and you will be connected.",
    fallback: "I am not sure I understood that. Could you put it in other words, or choose \u{201c}Talk to an agent\u{201d}?",
    only_text: "I can only read text. An agent can look at what you sent.",
    around: &["show", "send", "me", "a", "an", "the", "please", "one", "some"],
    shows: &SHOWS,
    menu: &["menu", "help", "topics", "questions"],
    menu_answer: "This is what I can help with:",
    topics: &TOPICS,
};

static SHOWS: [Show; 6] = [
    Show { words: &["picture", "photo", "image"], answer: "This is our parcel shop.", extra: Extra::Picture },
    Show {
        words: &["video", "film", "clip"],
        answer: "A short look at our sorting belt.",
        extra: Extra::Video,
    },
    Show { words: &["audio", "voice", "sound"], answer: "A voice message for you.", extra: Extra::Audio },
    Show {
        words: &["file", "document", "label", "pdf"],
        answer: "Here is a return label.",
        extra: Extra::File,
    },
    Show {
        words: &["card", "offer"],
        answer: "Something new in the shop:",
        extra: Extra::Card { title: "New mugs", description: "Made by hand, dishwasher-safe" },
    },
    Show {
        words: &["map", "location", "place"],
        answer: "You find us here.",
        extra: Extra::Map { description: "Shop in town" },
    },
];

static TOPICS: [Topic; 17] = [
    topic(
        "Where is my order?",
        &[
            ("where is", 2),
            ("order", 1),
            ("parcel", 2),
            ("track", 3),
            ("status", 2),
            ("package", 2),
            ("arrive", 1),
        ],
        "Open My orders and choose the order: under Shipping you see where the parcel is. New entries appear within a few hours of each scan.",
    ),
    topic(
        "How long does delivery take?",
        &[("deliver", 3), ("shipping", 2), ("long", 1), ("arrive", 1), ("days", 1)],
        "In town it takes one to two working days, elsewhere two to four. Orders placed before 4 pm leave our warehouse the same day.",
    ),
    topic(
        "How do I return something?",
        &[("return", 3), ("send back", 3), ("sending back", 3)],
        "You can return unused goods within 30 days. Choose Return in My orders, print the label and hand the parcel in at any collection point; it costs you nothing.",
    ),
    topic(
        "When do I get my refund?",
        &[("refund", 4), ("money back", 4)],
        "We refund within five working days after your return has reached us, to the means of payment you used.",
    ),
    topic(
        "Can I exchange an item?",
        &[("exchange", 4), ("swap", 3), ("another colour", 2)],
        "Yes. Choose Exchange instead of Return and pick the size or colour you want; we send it as soon as your parcel is on its way to us.",
    ),
    topic(
        "What are your opening hours?",
        &[("opening", 3), ("open", 2), ("hours", 2), ("closed", 2), ("sunday", 2)],
        "The shop in town is open Monday to Saturday, 9 am to 8 pm. Online you can order at any time.",
    ),
    topic(
        "How can I pay?",
        &[("pay", 3), ("payment", 3), ("card", 2), ("paypal", 3), ("invoice", 1)],
        "We take bank cards, mobile wallets and bank transfer. Your card is charged when the parcel leaves us.",
    ),
    topic(
        "Can I get an invoice?",
        &[("invoice", 4), ("receipt", 3), ("bill", 3), ("vat", 3)],
        "The invoice is in My orders under Documents once the order is on its way. For a company, enter its name and tax number at checkout.",
    ),
    topic(
        "How long is the warranty?",
        &[("warranty", 4), ("guarantee", 4), ("broken", 2), ("defect", 2), ("repair", 3)],
        "Every device comes with a two-year warranty. If it fails, choose Warranty in My orders, and we repair or replace it.",
    ),
    topic(
        "Which size fits me?",
        &[("size", 4), ("fit", 2), ("fits", 2), ("measure", 2), ("small", 1), ("large", 1)],
        "Each article has a size table below its pictures. Between two sizes, take the larger one; exchanging it is free.",
    ),
    topic(
        "How do I cancel my order?",
        &[("cancel", 5)],
        "Until the parcel leaves us you can cancel in My orders with one click. After that, refuse the parcel or return it.",
    ),
    topic(
        "Can I change my delivery address?",
        &[("address", 4), ("moved", 2), ("deliver", 1)],
        "Yes, as long as the order says Preparing: open it in My orders and choose Change address.",
    ),
    topic(
        "How much is shipping?",
        &[
            ("how much is shipping", 5),
            ("shipping cost", 5),
            ("postage", 4),
            ("free shipping", 5),
            ("shipping fee", 5),
        ],
        "Shipping is free from 50, below that it costs 4.90. Bulky goods show their own price at checkout.",
    ),
    topic(
        "Do you ship abroad?",
        &[("abroad", 4), ("international", 4), ("country", 3), ("overseas", 4), ("ship to", 3)],
        "We ship to 32 countries. Choose your country at checkout to see price, time and duties.",
    ),
    topic(
        "My discount code does not work",
        &[("discount", 4), ("coupon", 4), ("voucher", 4), ("code", 2), ("promo", 4)],
        "Please check the end date and the smallest order value printed with the code. One code can be used per order, and not for reduced goods.",
    ),
    topic(
        "I forgot my password",
        &[("password", 5), ("log in", 3), ("login", 3), ("account", 2), ("sign in", 3)],
        "Choose Forgot password on the sign-in page. We send you a link that is valid for one hour; please look into the spam folder too.",
    ),
    topic(
        "Is this item in stock?",
        &[("stock", 4), ("available", 3), ("availability", 3), ("sold out", 4)],
        "The page of each article shows what is in stock. Choose Notify me and we write to you as soon as it is back.",
    ),
];
