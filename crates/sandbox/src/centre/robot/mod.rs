//! The shop's robot: finds the topic whose keywords fit best.

mod chinese;
mod english;

use super::Language;

/// Something the robot knows.
#[derive(Debug)]
struct Topic {
    /// The question as a visitor would put it; offered as a similar question.
    question: &'static str,
    /// Words that point here, with their weight. English words match as the beginning of a word.
    keywords: &'static [(&'static str, u32)],
    answer: &'static str,
}

/// What a robot knows in one language.
#[derive(Debug)]
struct Knowledge {
    welcome: &'static str,
    greetings: &'static [&'static str],
    greeting: &'static str,
    thanks: &'static [&'static str],
    you_are_welcome: &'static str,
    person: &'static [&'static str],
    offer_agent: &'static str,
    fallback: &'static str,
    only_text: &'static str,
    /// Words around the one that counts, as in "show me a picture".
    around: &'static [&'static str],
    shows: &'static [Show],
    /// Asks for a list of questions.
    menu: &'static [&'static str],
    menu_answer: &'static str,
    topics: &'static [Topic],
}

/// What the robot says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) text: String,
    /// Questions near to the one asked, best first.
    pub(crate) similar: Vec<String>,
    /// Something to look at besides.
    pub(crate) extra: Option<Extra>,
}

/// What the robot can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extra {
    Picture,
    Video,
    Audio,
    File,
    Card { title: &'static str, description: &'static str },
    Map { description: &'static str },
}

/// Something to be asked for by one word.
#[derive(Debug)]
struct Show {
    words: &'static [&'static str],
    answer: &'static str,
    extra: Extra,
}

const SIMILAR_MAX: usize = 3;
const MENU_MAX: usize = 6;
const FITS_FROM: u32 = 2;

fn knowledge(language: Language) -> &'static Knowledge {
    match language {
        Language::Chinese => &chinese::KNOWLEDGE,
        Language::English => &english::KNOWLEDGE,
    }
}

fn plain(text: &str) -> Answer {
    Answer { text: text.to_owned(), similar: Vec::new(), extra: None }
}

/// First words of a conversation.
pub(crate) fn welcome(language: Language) -> Answer {
    let known = knowledge(language);
    let similar = known.topics.iter().take(SIMILAR_MAX).map(|topic| topic.question.to_owned()).collect();
    Answer { text: known.welcome.to_owned(), similar, extra: None }
}

/// Questions near to what is being typed, best first, at most `max`. No word of one letter counts.
pub(crate) fn phrases(typed: &str, language: Language, max: usize) -> Vec<String> {
    let lower = typed.trim().to_lowercase();
    if lower.is_empty() {
        return Vec::new();
    }
    let language = if typed.chars().any(is_cjk) { Language::Chinese } else { language };
    let known = knowledge(language);
    let mut ranked: Vec<(u32, &Topic)> = known
        .topics
        .iter()
        .map(|topic| (score(topic, &lower, language) * 2 + resembles(topic.question, &lower), topic))
        .filter(|(score, _)| *score > 0)
        .collect();
    ranked.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    ranked.iter().take(max).map(|(_, topic)| topic.question.to_owned()).collect()
}

/// How much of a question is already there: it holds the typed text, or a word that begins with the last one.
fn resembles(question: &str, lower: &str) -> u32 {
    let question = question.to_lowercase();
    let last = lower.split_whitespace().last().unwrap_or_default();
    let begins = last.chars().count() > 1
        && question.split(|c: char| !c.is_alphanumeric()).any(|word| word.starts_with(last));
    u32::from(question.contains(lower)) * 3 + u32::from(begins)
}

/// Answer to a picture, a file, a place.
pub(crate) fn only_text(language: Language) -> Answer {
    plain(knowledge(language).only_text)
}

/// Answers a text. Chinese characters are answered in Chinese; Latin text in Chinese only when the visitor's
/// language is Chinese and the English knowledge has nothing on it.
pub(crate) fn answer(text: &str, language: Language) -> Answer {
    let lower = text.to_lowercase();
    if text.chars().any(is_cjk) {
        return answer_in(&lower, Language::Chinese);
    }
    let english = &english::KNOWLEDGE;
    if language == Language::Chinese && !knows(english, &lower, Language::English) {
        return answer_in(&lower, Language::Chinese);
    }
    answer_in(&lower, Language::English)
}

/// The answer to a text that is hardly more than one word: a picture, a card, the menu.
fn demonstrate(known: &Knowledge, lower: &str, language: Language) -> Option<Answer> {
    let core = match language {
        Language::English => lower
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty() && !known.around.contains(word))
            .collect::<Vec<_>>()
            .join(" "),
        Language::Chinese => {
            let letters: String = lower.chars().filter(|c| c.is_alphanumeric()).collect();
            known.around.iter().fold(letters, |rest, word| rest.replace(word, ""))
        }
    };
    if known.menu.contains(&core.as_str()) {
        let similar = known.topics.iter().take(MENU_MAX).map(|topic| topic.question.to_owned()).collect();
        return Some(Answer { text: known.menu_answer.to_owned(), similar, extra: None });
    }
    let show = known.shows.iter().find(|show| show.words.contains(&core.as_str()))?;
    Some(Answer { extra: Some(show.extra), ..plain(show.answer) })
}

fn knows(known: &Knowledge, lower: &str, language: Language) -> bool {
    let lists = [known.greetings, known.thanks, known.person];
    lists.iter().any(|list| mentions(lower, list, language))
        || demonstrate(known, lower, language).is_some()
        || known.topics.iter().any(|topic| score(topic, lower, language) >= FITS_FROM)
}

fn answer_in(lower: &str, language: Language) -> Answer {
    let known = knowledge(language);
    if let Some(shown) = demonstrate(known, lower, language) {
        return shown;
    }
    if mentions(lower, known.person, language) {
        return plain(known.offer_agent);
    }
    let mut ranked: Vec<(u32, &Topic)> = known
        .topics
        .iter()
        .map(|topic| (score(topic, lower, language), topic))
        .filter(|(score, _)| *score > 0)
        .collect();
    ranked.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    let questions = |topics: &[(u32, &Topic)]| {
        topics.iter().take(SIMILAR_MAX).map(|(_, topic)| topic.question.to_owned()).collect::<Vec<_>>()
    };
    match ranked.split_first() {
        Some(((score, best), others)) if *score >= FITS_FROM => {
            Answer { text: best.answer.to_owned(), similar: questions(others), extra: None }
        }
        _ if mentions(lower, known.greetings, language) => plain(known.greeting),
        _ if mentions(lower, known.thanks, language) => plain(known.you_are_welcome),
        _ if !ranked.is_empty() => {
            Answer { text: known.fallback.to_owned(), similar: questions(&ranked), extra: None }
        }
        _ => Answer { text: known.fallback.to_owned(), ..welcome(language) },
    }
}

fn score(topic: &Topic, lower: &str, language: Language) -> u32 {
    topic
        .keywords
        .iter()
        .filter(|(keyword, _)| occurs(lower, keyword, language))
        .map(|(_, weight)| weight)
        .sum()
}

fn mentions(lower: &str, list: &[&str], language: Language) -> bool {
    list.iter().any(|keyword| occurs(lower, keyword, language))
}

/// Chinese has no spaces, so anywhere counts; an English keyword must begin a word, and short ones be a whole one.
fn occurs(lower: &str, keyword: &str, language: Language) -> bool {
    if language == Language::Chinese || keyword.contains(' ') {
        return lower.contains(keyword);
    }
    lower
        .split(|c: char| !c.is_alphanumeric())
        .any(|word| if keyword.len() <= 3 { word == keyword } else { word.starts_with(keyword) })
}

fn is_cjk(character: char) -> bool {
    matches!(character, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn every_topic_answers_its_own_question() {
        for language in [Language::Chinese, Language::English] {
            let topics = knowledge(language).topics;
            assert!(topics.len() >= 15, "{language:?}");
            for topic in topics {
                assert_eq!(answer(topic.question, language).text, topic.answer, "{}", topic.question);
            }
        }
    }

    #[test]
    fn the_visitors_words_decide_the_language() {
        assert_eq!(
            answer("我的快递到哪了", Language::English).text,
            answer("我的快递到哪了", Language::Chinese).text
        );
        assert!(answer("where is my parcel?", Language::Chinese).text.is_ascii());
        assert!(answer("qwertz", Language::Chinese).text.chars().any(is_cjk));
    }

    #[test]
    fn whoever_asks_for_a_person_is_offered_one() {
        for text in ["Can I talk to a human please", "I want an agent", "REPRESENTATIVE!"] {
            assert_eq!(answer(text, Language::English).text, english::KNOWLEDGE.offer_agent, "{text}");
        }
        for text in ["转人工", "我要找客服", "有真人吗"] {
            assert_eq!(answer(text, Language::Chinese).text, chinese::KNOWLEDGE.offer_agent, "{text}");
        }
    }

    #[test]
    fn an_unknown_matter_gets_the_fallback_and_some_questions() {
        let unknown = answer("quantum chromodynamics", Language::English);
        assert_eq!(
            (unknown.text.as_str(), unknown.similar.len()),
            (english::KNOWLEDGE.fallback, SIMILAR_MAX)
        );
        assert_eq!(answer("", Language::English).text, english::KNOWLEDGE.fallback);
    }

    #[test]
    fn one_word_shows_a_thing_in_either_language() {
        for (text, shown) in
            [("picture", "图片"), ("Show me a video!", "发一个视频"), ("card", "卡片"), ("map", "看地图")]
        {
            let kind = |answer: Answer| answer.extra.map(|extra| std::mem::discriminant(&extra));
            let (english, chinese) = (answer(text, Language::English), answer(shown, Language::Chinese));
            assert!(kind(english.clone()).is_some(), "{text}");
            assert_eq!(kind(english), kind(chinese), "{text}");
        }
        for text in ["menu", "菜单"] {
            assert_eq!(answer(text, Language::Chinese).similar.len(), MENU_MAX, "{text}");
        }
        assert_eq!(answer("can I pay by card?", Language::English).extra, None);
        assert!(answer("picture", Language::Chinese).extra.is_some());
    }

    #[test]
    fn phrases_resemble_what_is_typed() {
        assert_eq!(phrases("deli", Language::English, 5)[..1], ["How long does delivery take?"]);
        assert!(phrases("退", Language::English, 5).iter().all(|phrase| phrase.contains('退')));
        assert!(
            phrases(" ", Language::English, 5).is_empty() && phrases("q", Language::Chinese, 5).is_empty()
        );
        assert!(phrases("how", Language::English, 3).len() == 3);
    }

    #[test]
    fn a_greeting_does_not_hide_a_question() {
        assert_eq!(answer("hello", Language::English).text, english::KNOWLEDGE.greeting);
        assert_ne!(answer("hello, how can I pay?", Language::English).text, english::KNOWLEDGE.greeting);
        assert_eq!(answer("你好", Language::English).text, chinese::KNOWLEDGE.greeting);
    }
}
