//! Whether this device and its connection can afford files that nobody asked for. Must not know what
//! is fetched.

use js_sys::Reflect;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::PerformanceResourceTiming;

use super::scope::scope;
use nearmind_core::protocol::AbsenceReason;

/// The least speed, in bits per second: a model of 14 MB takes half a minute.
const MIN_SPEED: f64 = 4e6;
/// The least memory of the device, in GiB. The model takes a tenth of one.
const MIN_MEMORY: f64 = 2.0;
/// Downloads of fewer bytes than this say little about the speed.
const MIN_MEASURED_BYTES: f64 = 50e3;

/// Returns why the model should not be fetched unless somebody asks for it, or `None` if it may be. What a browser does not
/// say (Firefox and Safari have neither `connection` nor `deviceMemory`) is no reason, but all browsers tell how fast
/// earlier files came.
pub fn objection() -> Option<AbsenceReason> {
    let navigator = scope().navigator();
    let memory = get(&navigator, "deviceMemory").as_f64();
    // Network Information API: https://wicg.github.io/netinfo/
    let connection = get(&navigator, "connection");
    let kind = get(&connection, "type").as_string();
    let effective = get(&connection, "effectiveType").as_string();
    let speed = get(&connection, "downlink").as_f64().map(|megabits| megabits * 1e6);
    let is_slow = |speed: f64| speed < MIN_SPEED;
    if get(&connection, "saveData").is_truthy() {
        Some(AbsenceReason::SaveData)
    } else if kind.is_some_and(|kind| kind == "cellular") {
        Some(AbsenceReason::Metered)
    } else if effective.is_some_and(|kind| kind != "4g")
        || speed.is_some_and(is_slow)
        || measured_speed().is_some_and(is_slow)
    {
        Some(AbsenceReason::Slow)
    } else if memory.is_some_and(|memory| memory < MIN_MEMORY) {
        Some(AbsenceReason::LittleMemory)
    } else {
        None
    }
}

/// Returns whether the visitor asks for fewer downloads.
pub fn saves_data() -> bool {
    get(&get(&scope().navigator(), "connection"), "saveData").is_truthy()
}

/// Returns the speed at which the worker's files came over the network, in bits per second; `None` if they came from a
/// cache, or from another origin that does not tell their sizes.
fn measured_speed() -> Option<f64> {
    let entries = scope().performance()?.get_entries_by_type("resource");
    let entries = entries.iter().map(|entry| entry.unchecked_into::<PerformanceResourceTiming>());
    let fetched: Vec<_> = entries.filter(|entry| entry.transfer_size() > 0.0).collect();
    let bytes: f64 = fetched.iter().map(PerformanceResourceTiming::transfer_size).sum();
    let start = fetched.iter().map(|entry| entry.response_start()).fold(f64::INFINITY, f64::min);
    let end = fetched.iter().map(|entry| entry.response_end()).fold(0.0, f64::max);
    (bytes >= MIN_MEASURED_BYTES && end > start).then(|| bytes * 8.0 / ((end - start) / 1e3))
}

/// Returns a property; `undefined` if there is none.
fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or(JsValue::UNDEFINED)
}
