//! What kind of device this is, from what a browser says of itself.

use crate::wire::connection::{DeviceInfo, DeviceType};

/// What the driver can read. Client hints are asked first: user agent texts are frozen and lie.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// `navigator.userAgent`.
    pub user_agent: String,
    /// `navigator.userAgentData.platform`.
    pub hinted_platform: Option<String>,
    /// The first brand of `navigator.userAgentData.brands` that is a product, with its version.
    pub hinted_browser: Option<(String, String)>,
    /// `navigator.maxTouchPoints`: an iPad says that it is a Mac, but no Mac has a touch screen.
    pub touch_points: u32,
    /// Whether the page runs in a desktop shell (Tauri, Electron).
    pub desktop_shell: bool,
}

/// Finds out what the device is. What cannot be told stays absent.
pub fn detect(facts: &Facts) -> DeviceInfo {
    let os = os(facts);
    let (browser, version) = match &facts.hinted_browser {
        Some((browser, version)) => (Some(browser.clone()), Some(version.clone())),
        None => browser(&facts.user_agent),
    };
    let kind = match os {
        _ if facts.desktop_shell => DeviceType::Desktop,
        Some("Android") => DeviceType::Android,
        Some("iOS") => DeviceType::Ios,
        _ => DeviceType::Web,
    };
    DeviceInfo {
        kind,
        os: os.map(str::to_owned),
        browser,
        version,
    }
}

fn os(facts: &Facts) -> Option<&'static str> {
    let from_hint = match facts.hinted_platform.as_deref() {
        Some("Android") => Some("Android"),
        Some("iOS") => Some("iOS"),
        Some("Windows") => Some("Windows"),
        Some("macOS") => Some("macOS"),
        Some("Chrome OS" | "Chromium OS") => Some("ChromeOS"),
        Some("Linux") => Some("Linux"),
        _ => None,
    };
    let agent = facts.user_agent.as_str();
    let has = |word: &str| find(agent, word).is_some();
    from_hint.or_else(|| {
        // Android names Linux, and iOS names Mac OS X: the narrower words come first.
        Some(if has("Android") {
            "Android"
        } else if has("iPhone") || has("iPad") || has("iPod") {
            "iOS"
        } else if has("Windows") {
            "Windows"
        } else if has("CrOS") {
            "ChromeOS"
        } else if has("Macintosh") || has("Mac OS X") {
            if facts.touch_points > 1 {
                "iOS"
            } else {
                "macOS"
            }
        } else if has("Linux") {
            "Linux"
        } else {
            return None;
        })
    })
}

fn browser(agent: &str) -> (Option<String>, Option<String>) {
    // Every browser names those before it: the narrower words come first.
    const MARKS: [(&str, &str, &str); 9] = [
        ("Edg/", "Edge", "Edg/"),
        ("EdgA/", "Edge", "EdgA/"),
        ("EdgiOS/", "Edge", "EdgiOS/"),
        ("OPR/", "Opera", "OPR/"),
        ("FxiOS/", "Firefox", "FxiOS/"),
        ("Firefox/", "Firefox", "Firefox/"),
        ("CriOS/", "Chrome", "CriOS/"),
        ("Chrome/", "Chrome", "Chrome/"),
        ("Safari/", "Safari", "Version/"),
    ];
    let Some((_, name, mark)) = MARKS
        .iter()
        .find(|(word, _, _)| find(agent, word).is_some())
    else {
        return (None, None);
    };
    let version = find(agent, mark)
        .and_then(|at| agent.get(at + mark.len()..))
        .map(|rest| {
            rest.chars()
                .take_while(|c| c.is_ascii_digit() || *c == '.')
                .collect::<String>()
        });
    (
        Some((*name).to_owned()),
        version.filter(|version| !version.is_empty()),
    )
}

/// Where `word` begins in `text`. The library's search is quicker, and costs the module a kilobyte
/// for texts that are read once.
pub(crate) fn find(text: &str, word: &str) -> Option<usize> {
    text.as_bytes()
        .windows(word.len())
        .position(|part| part == word.as_bytes())
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use super::*;

    fn agent(user_agent: &str, touch_points: u32) -> (DeviceType, String, String) {
        let facts = Facts {
            user_agent: user_agent.into(),
            touch_points,
            ..Facts::default()
        };
        let device = detect(&facts);
        (
            device.kind,
            device.os.unwrap_or_default(),
            device.browser.unwrap_or_default(),
        )
    }

    #[test]
    fn each_device_is_what_it_is() {
        let cases = [
            (
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36",
                5,
                DeviceType::Android,
                "Android",
                "Chrome",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
                5,
                DeviceType::Ios,
                "iOS",
                "Safari",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
                5,
                DeviceType::Ios,
                "iOS",
                "Safari",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
                0,
                DeviceType::Web,
                "macOS",
                "Safari",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
                0,
                DeviceType::Web,
                "Windows",
                "Edge",
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
                0,
                DeviceType::Web,
                "Linux",
                "Firefox",
            ),
            ("", 0, DeviceType::Web, "", ""),
        ];
        for (user_agent, touch, kind, os, browser) in cases {
            assert_eq!(
                agent(user_agent, touch),
                (kind, os.into(), browser.into()),
                "{user_agent}"
            );
        }
    }

    #[test]
    fn client_hints_come_before_the_user_agent() {
        let facts = Facts {
            user_agent: "Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0.0.0".into(),
            hinted_platform: Some("Android".into()),
            hinted_browser: Some(("Google Chrome".into(), "140".into())),
            ..Facts::default()
        };
        let device = detect(&facts);
        assert_eq!(device.kind, DeviceType::Android);
        assert_eq!(device.browser.as_deref(), Some("Google Chrome"));
    }

    #[test]
    fn a_desktop_shell_is_a_desktop() {
        let facts = Facts {
            desktop_shell: true,
            ..Facts::default()
        };
        assert_eq!(detect(&facts).kind, DeviceType::Desktop);
    }
}
