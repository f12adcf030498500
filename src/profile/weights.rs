//! How much an event says of a taste, and how that fades.
//!
//! Behaviour (views, carts, purchases, searches) fades by the steps that followed it: the next thing that
//! someone looks at tells more than the calendar. Statements (likes, dislikes) stand until they are old;
//! of wishes the last one counts most.

use super::event::EventName;

/// What is left of an event's weight after each later step. Of 0.4 to 0.8 the best on next purchases (`nearmind eval`).
pub const STEP: f32 = 0.6;
/// After this time any event weighs half.
pub const HALF_LIFE_DAYS: f64 = 30.0;
/// The most that one item or text can weigh, however much was done with it.
pub const MOST: f32 = 5.0;
/// The same event on the same item counts once within GA4's session length.
pub const SESSION_MS: f64 = 30.0 * 60e3;
/// More events than this in one minute are not a person's.
pub const MOST_A_MINUTE: u32 = 30;
/// An interest below this part of all positive weight is passed over.
pub const FAINT: f32 = 0.005;
/// A viewed item may be shown again after this time.
pub const SEEN_DAYS: f64 = 30.0;

pub const DAY_MS: f64 = 86_400e3;

/// The weight of one event when it happens; a view is 1.
pub fn weight(name: EventName) -> f32 {
    match name {
        EventName::SelectItem => 0.5, // a click, before the page was read
        EventName::ViewItem => 1.0,
        EventName::Search => 1.5, // said in the visitor's own words, but of this moment
        EventName::AddToCart => 3.0,
        EventName::Purchase | EventName::Like | EventName::Wish => 4.0,
        // Takes back a view of its like. Twice as much, and what is left of a taste points nowhere.
        EventName::Dislike => -1.0,
        // Shown is not seen; taken out of the cart undoes the cart; hiding may have any reason.
        EventName::ViewItemList | EventName::RemoveFromCart | EventName::Hide => 0.0,
    }
}

/// What time leaves of a weight: 1 now, 1/2 after the half-life. An event from the future counts as now.
pub fn fade(age_ms: f64) -> f32 {
    let halves = (age_ms / DAY_MS / HALF_LIFE_DAYS).clamp(0.0, 64.0);
    // 2^-halves by its series: the platforms' own functions differ in their last bits.
    let x = -(halves - halves.floor()) * std::f64::consts::LN_2;
    let fraction = (1..=14).rev().fold(1.0, |sum, n| 1.0 + x / f64::from(n) * sum);
    (fraction / (1u64 << (halves as u32).min(63)) as f64) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_is_left_after_the_half_life() {
        for (days, expect) in [(0.0, 1.0), (30.0, 0.5), (15.0, 0.5f32.sqrt()), (75.0, 0.176_776_7), (-5.0, 1.0)] {
            assert!((fade(days * DAY_MS) - expect).abs() < 1e-6, "{days}");
        }
        assert!(fade(f64::INFINITY) < 1e-9);
    }
}
