//! The JavaScript side of a session: messages, downloads, the visitor's log, devices. Only this crate, `crates/web/gpu`,
//! `crates/web/feeds` and `crates/web/measure` use JavaScript APIs.
#![cfg(target_arch = "wasm32")]

mod device_limits; // whether the device can afford the model
mod devices; // the encoder's devices: the CPU, and the GPU once it has passed its test
mod embed; //  texts to vectors, without a session
mod error; //  JavaScript errors as messages
mod fetch; //  downloads: streamed, verified, cached
mod file_cache; // downloaded files in the Cache API
mod gpu_remote; // the GPU module, as an encoder
mod load; //   catalogues and models from their URLs
mod model_loader; // when the model is fetched
mod scope; //  the worker's global scope
mod store; //  the visitor's log
mod task; //   work that starts now and is awaited later
mod wire; //   messages in and out
mod worker; // the loop
