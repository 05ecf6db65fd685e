//! Language of texts: English or Chinese.
//!
//! English is in the code; Chinese is in `assets/lang/zh.ftl`, and [`catalogue`] looks it up.

pub mod catalogue;

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt::Display;
use std::sync::OnceLock;

/// Formats a text in the current language: the id of its Chinese in `assets/lang/zh.ftl`, its English, and the values of
/// its placeholders, each a variable or `name = value`. Without placeholders the text is a `&'static str`.
#[macro_export]
macro_rules! say {
    ($id:expr, $english:literal) => {{
        static CHINESE: std::sync::OnceLock<&str> = std::sync::OnceLock::new();
        $crate::lang::catalogue::fixed($id, $english, &CHINESE)
    }};
    ($id:expr, $english:literal, $($name:ident $(= $value:expr)?),+ $(,)?) => {
        match ($(&$crate::lang::say!(@value $name $(= $value)?),)+) {
            ($($name,)+) => {
                let values: &[(&'static str, &dyn std::fmt::Display)] =
                    &[$((stringify!($name), $name)),+];
                $crate::lang::catalogue::message($id, values)
                    .unwrap_or_else(|| format!($english, $($name = $name),+))
            }
        }
    };
    (@value $name:ident) => { $name };
    (@value $name:ident = $value:expr) => { $value };
}
pub use crate::say;

/// The language of the process.
static DEFAULT: OnceLock<Lang> = OnceLock::new();

thread_local! {
    static CURRENT: Cell<Option<Lang>> = const { Cell::new(None) };
}

/// The language of texts that are made in this thread: its own, or that of the process.
pub fn current() -> Lang {
    (CURRENT.get()).unwrap_or_else(|| DEFAULT.get().copied().unwrap_or_default())
}

/// Sets the language of the process, once at its start; later calls have no effect.
pub fn set_default(lang: Lang) {
    let _ = DEFAULT.set(lang);
}

/// Sets the language of texts that are made in this thread: for tests, which share a process.
pub fn set_current(lang: Lang) {
    CURRENT.set(Some(lang));
}

/// Calls `make` with English as the language of this thread: files for programs are the same in every language.
pub fn in_english<T>(make: impl FnOnce() -> T) -> T {
    let before = CURRENT.replace(Some(Lang::En));
    let made = make();
    CURRENT.set(before);
    made
}

/// Returns `word` as it stands behind a word of the current language: with a blank before Latin letters behind a Chinese
/// character, which has none of its own.
pub fn after_character(word: &str) -> Cow<'_, str> {
    if current() == Lang::Zh && word.starts_with(|first: char| first.is_ascii()) {
        Cow::Owned(format!(" {word}"))
    } else {
        Cow::Borrowed(word)
    }
}

/// `items` as they stand in a sentence: `a, b`.
pub fn listed<T: AsRef<str>>(items: &[T]) -> String {
    let items: Vec<&str> = items.iter().map(AsRef::as_ref).collect();
    items.join(say!("list-separator", ", "))
}

/// `name` between quotation marks.
pub fn quoted(name: impl Display) -> String {
    say!("quoted-name", "\"{name}\"", name)
}

/// Language of the texts a user reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Simplified Chinese.
    Zh,
}

impl Lang {
    /// All languages.
    pub const ALL: [Self; 2] = [Self::En, Self::Zh];

    /// Name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh",
        }
    }

    /// Returns the language of the locale that the environment `variable`s name. A locale whose characters are not
    /// UTF-8 cannot show Chinese: it means English.
    ///
    /// The first of `LC_ALL`, `LC_MESSAGES` and `LANG` that is set and not empty decides, as in POSIX; and of `LC_ALL`,
    /// `LC_CTYPE` and `LANG` on the characters.
    pub fn of_locale(variable: impl Fn(&str) -> Option<String>) -> Self {
        let locale = |category: &str| {
            let variables = ["LC_ALL", category, "LANG"].into_iter();
            let mut locales = variables.filter_map(&variable);
            let locale = locales.find(|locale| !locale.is_empty());
            locale.unwrap_or_default().to_ascii_lowercase()
        };
        let is_utf8 = ["LC_MESSAGES", "LC_CTYPE"].into_iter().all(|category| {
            let locale = locale(category);
            locale.contains("utf-8") || locale.contains("utf8")
        });
        let locale = locale("LC_MESSAGES");
        let is_chinese = locale.split(['_', '-', '.', '@']).next() == Some("zh");
        if is_chinese && is_utf8 {
            Self::Zh
        } else {
            Self::En
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latin_letters_behind_a_chinese_character_have_a_blank() {
        assert_eq!(after_character("R²"), "R²");
        set_current(Lang::Zh);
        assert_eq!(after_character("R²"), " R²");
        assert_eq!(after_character("准确率"), "准确率");
        set_current(Lang::En);
    }

    #[test]
    fn the_locale_decides() {
        let of = |all: &str, messages: &str, lang: &str| {
            Lang::of_locale(|name| match name {
                "LC_ALL" => Some(all.to_owned()),
                "LC_MESSAGES" => Some(messages.to_owned()),
                "LANG" => Some(lang.to_owned()),
                _ => None,
            })
        };
        for (all, messages, lang, expected) in [
            ("", "", "zh_CN.UTF-8", Lang::Zh),
            ("", "", "zh_TW.utf8", Lang::Zh),
            ("", "en_GB.UTF-8", "zh_CN.UTF-8", Lang::En),
            ("zh_CN.UTF-8", "en_GB.UTF-8", "en_GB.UTF-8", Lang::Zh),
            ("", "", "zh_CN.GB18030", Lang::En),
            ("", "", "zh_CN", Lang::En),
            ("", "", "de_DE.UTF-8", Lang::En),
            ("C", "", "zh_CN.UTF-8", Lang::En),
            ("", "", "", Lang::En),
        ] {
            assert_eq!(of(all, messages, lang), expected, "{all} {messages} {lang}");
        }
        assert_eq!(Lang::of_locale(|_| None), Lang::En);
        for (characters, expected) in [("C", Lang::En), ("en_GB.UTF-8", Lang::Zh)] {
            let language = Lang::of_locale(|name| match name {
                "LC_CTYPE" => Some(characters.to_owned()),
                "LANG" => Some("zh_CN.UTF-8".to_owned()),
                _ => None,
            });
            assert_eq!(language, expected, "{characters}");
        }
    }
}
