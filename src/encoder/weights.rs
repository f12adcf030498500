//! The int8 safetensors file.
