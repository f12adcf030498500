//! Reads what sentence-transformers adds to the folder of a BERT encoder: `modules.json` lists the modules, and each has a
//! folder with its settings. Supported are pooling, at most one dense layer, and normalisation.

use std::{collections::HashMap, fs, path::Path};

use anyhow::{Context, Result, bail, ensure};
use safetensors::SafeTensors;
use serde::Deserialize;
use serde_json::Value;

use super::bert::{json, tensor};
use nearmind_encoder::{
    dense::DenseLayer,
    manifest::{Activation, Pooling},
};

/// How the states of a text's tokens become its vector.
pub struct SentenceModules {
    /// The limit of a text in tokens, which may be less than the number of positions.
    pub longest: Option<usize>,
    /// The mean, if the model does not say.
    pub pooling: Pooling,
    /// The dense layer after pooling.
    pub dense: Option<DenseLayer>,
}

/// An entry of `modules.json`.
#[derive(Debug, Deserialize)]
struct Module {
    /// The module's folder.
    path: String,
    /// The Python class, as in `sentence_transformers.models.Pooling`.
    r#type: String,
}

/// The settings of a dense layer.
#[derive(Debug, Deserialize)]
struct DenseConfig {
    in_features: usize,
    out_features: usize,
    #[serde(default = "default_bias")]
    bias: bool,
    activation_function: String,
}

fn default_bias() -> bool {
    true
}

impl SentenceModules {
    /// Reads the modules of the model in `dir`, whose token states have the width `hidden`.
    ///
    /// # Errors
    /// If a module is not supported, or its files are missing or damaged.
    pub fn open(dir: &Path, hidden: usize) -> Result<Self> {
        #[derive(Deserialize)]
        struct Limits {
            max_seq_length: Option<usize>,
        }
        let limits = dir.join("sentence_bert_config.json");
        let longest = if limits.exists() { json::<Limits>(&limits)?.max_seq_length } else { None };
        let mut modules = Self { longest, pooling: Pooling::Mean, dense: None };
        let list = dir.join("modules.json");
        if !list.exists() {
            // Before modules.json, the folder of pooling had a fixed name.
            if dir.join("1_Pooling").exists() {
                modules.pooling = pooling(&dir.join("1_Pooling"))?;
            }
            return Ok(modules);
        }
        for module in json::<Vec<Module>>(&list)? {
            let folder = dir.join(&module.path);
            match module.r#type.rsplit('.').next().unwrap_or_default() {
                "Transformer" | "Normalize" => {}
                "Pooling" => modules.pooling = pooling(&folder)?,
                "Dense" if modules.dense.is_none() => modules.dense = Some(dense(&folder, hidden)?),
                name => bail!(
                    "{} has the module {name}: only one Transformer, Pooling, at most one Dense, and Normalize are \
                     supported",
                    list.display()
                ),
            }
        }
        Ok(modules)
    }
}

fn pooling(folder: &Path) -> Result<Pooling> {
    const PREFIX: &str = "pooling_mode_";
    let path = folder.join("config.json");
    let settings: HashMap<String, Value> = json(&path)?;
    let enabled: Vec<&str> = settings
        .iter()
        .filter(|(name, value)| name.starts_with(PREFIX) && **value == true)
        .map(|(name, _)| name.as_str())
        .collect();
    Ok(match enabled[..] {
        ["pooling_mode_mean_tokens"] => Pooling::Mean,
        ["pooling_mode_cls_token"] => Pooling::First,
        ["pooling_mode_max_tokens"] => Pooling::Max,
        _ => bail!(
            "{} has the pooling {enabled:?}: only one of pooling_mode_mean_tokens, pooling_mode_cls_token and \
             pooling_mode_max_tokens is supported",
            path.display()
        ),
    })
}

fn dense(folder: &Path, hidden: usize) -> Result<DenseLayer> {
    let (config_path, path) = (folder.join("config.json"), folder.join("model.safetensors"));
    let config: DenseConfig = json(&config_path)?;
    ensure!(
        config.in_features == hidden,
        "{} has in_features {}, but the token states have the width {hidden}",
        config_path.display(),
        config.in_features
    );
    let activation = match config.activation_function.rsplit('.').next().unwrap_or_default() {
        "Identity" => Activation::Identity,
        "Tanh" => Activation::Tanh,
        name => {
            bail!("{} has the activation_function {name}: only Identity and Tanh are supported", config_path.display())
        }
    };
    let bytes = fs::read(&path).with_context(|| {
        format!(
            "{} cannot be read. If there is a pytorch_model.bin in its place, save the model again with \
             sentence-transformers 2.3 or later, which writes safetensors",
            path.display()
        )
    })?;
    let file = SafeTensors::deserialize(&bytes).with_context(|| format!("{} is damaged", path.display()))?;
    let outputs = config.out_features;
    let read = |name: &str, shape: &[usize]| tensor(&file, name, shape).with_context(|| path.display().to_string());
    let weight = read("linear.weight", &[outputs, hidden])?;
    let bias = if config.bias { read("linear.bias", &[outputs])? } else { vec![0.0; outputs] };
    Ok(DenseLayer { weight, bias, activation })
}
