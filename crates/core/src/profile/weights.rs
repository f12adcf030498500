//! The weight of an event, and how it decays: what a scene may set.
//!
//! Behaviour (views, carts, purchases, searches) decays with every step: with every item or text that the visitor turns
//! to later, because these tell more about changed interests than the time that has passed. Statements (likes,
//! dislikes, stars) only decay with time. Wishes decay with every later wish.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::event::{Event, EventName};

/// The recency decay, unless the scene or the shop's learned weights set another.
pub const DEFAULT_STEP: f32 = 0.7;
/// The highest weight of one item or text, however many events it has.
pub const MAX_SOURCE_WEIGHT: f32 = 5.0;
/// The same event on the same item counts once within this time: the length of a session in GA4.
pub const SESSION_MS: f64 = 30.0 * 60e3;
/// More events than this in one minute do not come from a person.
pub const MAX_EVENTS_PER_MINUTE: u32 = 30;
/// A signal below this part of all positive weight is ignored.
pub const NEGLIGIBLE_WEIGHT: f32 = 0.005;
/// Visitors who leave a page sooner have not read it. A longer stay does not mean more interest (Fox et al. 2005:
/// "satisfied" from 30 s).
const READ_MS: f64 = 30e3;

/// The weight of a text that only names what is not wanted, relative to one that names what is wanted. It is also the
/// weight of a dislike relative to a like.
pub const UNWANTED_FACTOR: f32 = -0.25;

/// A day in milliseconds.
pub const DAY_MS: f64 = 86_400e3;

/// A scene's settings for the weight of events. As JSON every field may be absent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct EventWeights {
    /// The weights of new events by name, -10..=10. Other events have their default weights
    /// (`docs/reference/events.md`).
    pub events: BTreeMap<EventName, f32>,
    /// Recency decay: an event's weight is multiplied by this for each item or text that the visitor turned to later.
    /// Above 0, at most 1. Absent: the learned value, or else 0.7.
    pub step: Option<f32>,
    /// Days after which any event has half its weight.
    pub half_life_days: f64,
    /// Days after which a viewed item may be shown again.
    pub seen_days: f64,
}

impl Default for EventWeights {
    fn default() -> Self {
        Self { events: BTreeMap::new(), step: None, half_life_days: 30.0, seen_days: 30.0 }
    }
}

impl EventWeights {
    /// The weight of `event` when it is new, given its stars or its dwell time.
    pub fn event_weight(&self, event: &Event) -> f32 {
        let weight = self.events.get(&event.name).copied().unwrap_or_else(|| default_weight(event.name));
        match (event.name, event.value, event.dwell_ms) {
            (EventName::Rate, stars, _) => weight * stars_factor(stars.unwrap_or(0.0)),
            (EventName::ViewItem, _, Some(dwell_ms)) => weight * (0.5 + (dwell_ms / READ_MS).clamp(0.0, 1.0)) as f32,
            _ => weight,
        }
    }

    /// The part of a weight that is left after `age_ms`: 1 now, 1/2 after the half-life. An event from the future
    /// counts as new.
    pub fn time_decay(&self, age_ms: f64) -> f32 {
        let halves = (age_ms / DAY_MS / self.half_life_days).clamp(0.0, 64.0);
        // 2^-halves by its series, because the platforms' own functions differ in their last bits.
        let x = -(halves - halves.floor()) * std::f64::consts::LN_2;
        let fraction = (1..=14).rev().fold(1.0, |sum, n| 1.0 + x / f64::from(n) * sum);
        (fraction / (1u64 << (halves as u32).min(63)) as f64) as f32
    }

    /// The first setting that is out of range, as a message for the scene's author.
    pub fn problem(&self) -> Option<String> {
        let out_of_range = self.events.iter().find(|(_, weight)| !(-10.0..=10.0).contains(*weight));
        if let Some((name, weight)) = out_of_range {
            return Some(format!("events: {name:?} has the weight {weight}; it must be from -10 to 10"));
        }
        if let Some(step) = self.step.filter(|step| !(*step > 0.0 && *step <= 1.0)) {
            return Some(format!("step: {step} must be above 0 and at most 1"));
        }
        let days = [("halfLifeDays", self.half_life_days), ("seenDays", self.seen_days)];
        let wrong = days.into_iter().find(|(_, days)| !(days.is_finite() && *days > 0.0));
        wrong.map(|(name, days)| format!("{name}: {days} must be a number of days above 0"))
    }
}

/// The weight of a new event, unless a scene sets another; a view is 1.
pub fn default_weight(name: EventName) -> f32 {
    match name {
        EventName::SelectItem => 0.5, // a click, before the page was read
        EventName::ViewItem => 1.0,
        EventName::Search => 1.5, // in the visitor's own words, but only about this moment
        EventName::AddToCart => 3.0,
        EventName::Purchase | EventName::Like | EventName::Rate | EventName::Wish => 4.0,
        // Cancels one view of a similar item. With -2, too little of the profile is left to recommend by.
        EventName::Dislike => -1.0,
        EventName::ViewItemList | EventName::RemoveFromCart | EventName::Hide => 0.0,
    }
}

/// The factor for the weight of a rating: five stars weigh as much as a like, three nothing, one as much as a dislike.
fn stars_factor(stars: f64) -> f32 {
    let opinion = ((stars.clamp(1.0, 5.0) - 3.0) / 2.0) as f32; // -1..=1
    if opinion < 0.0 { -opinion * UNWANTED_FACTOR } else { opinion }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_is_left_after_the_half_life() {
        let weights = EventWeights::default();
        for (days, expect) in [(0.0, 1.0), (30.0, 0.5), (15.0, 0.5f32.sqrt()), (75.0, 0.176_776_7), (-5.0, 1.0)] {
            assert!((weights.time_decay(days * DAY_MS) - expect).abs() < 1e-6, "{days}");
        }
        assert!(weights.time_decay(f64::INFINITY) < 1e-9);
    }

    #[test]
    fn stars_and_dwell_time_change_the_weight() {
        let weights = EventWeights::default();
        let rated =
            |stars| weights.event_weight(&Event { value: Some(stars), ..Event::for_item(EventName::Rate, "a", 0.0) });
        assert_eq!([5.0, 4.0, 3.0, 1.0, f64::INFINITY].map(rated), [4.0, 2.0, 0.0, -1.0, 4.0]);
        let viewed =
            |ms| weights.event_weight(&Event { dwell_ms: Some(ms), ..Event::for_item(EventName::ViewItem, "a", 0.0) });
        assert_eq!([0.0, 15e3, 30e3, 3e6, -1.0].map(viewed), [0.5, 1.0, 1.5, 1.5, 0.5]);
    }

    #[test]
    fn settings_out_of_range_are_reported() {
        let with = |step, half_life_days| EventWeights { step: Some(step), half_life_days, ..EventWeights::default() };
        assert_eq!(EventWeights::default().problem(), None);
        assert!(with(0.0, 1.0).problem().is_some_and(|text| text.starts_with("step")));
        assert!(with(0.5, f64::NAN).problem().is_some_and(|text| text.starts_with("halfLifeDays")));
        let events = [(EventName::Like, f32::NAN)].into();
        assert!(EventWeights { events, ..EventWeights::default() }.problem().is_some_and(|text| text.contains("Like")));
    }
}
