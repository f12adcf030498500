//! Where the shop's pictures lie: folders, and servers that the shop names. Nothing else is ever read or asked.

use std::{
    fs,
    path::{Component, Path, PathBuf},
    str::FromStr,
    time::Duration,
};

use sha2::{Digest, Sha256};
use ureq::Agent;
use url::Url;

use nearmind_core::catalog::manifest::hex;

/// A larger file is not read.
const MOST_FILE_BYTES: u64 = 32 << 20;
const MOST_REDIRECTIONS: usize = 3;
/// A server that does not answer in this time is given up for this picture.
const TIMEOUT: Duration = Duration::from_secs(30);

/// What `--pictures` names.
#[derive(Debug, Clone)]
pub enum PictureSource {
    /// The folder of the site, or of its pictures.
    Folder(PathBuf),
    /// The address that relative addresses are resolved by; only this server is asked.
    Server(Url),
}

/// What was found at an address.
pub enum Lookup {
    /// A picture, and what tells whether it has changed: an ETag, a date or a digest.
    File {
        bytes: Vec<u8>,
        version: String,
    },
    /// The version that is known already.
    Unchanged,
    /// It lies on a server that was not named.
    OtherServer(String),
    Missing(String),
}

impl FromStr for PictureSource {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if !text.starts_with("http://") && !text.starts_with("https://") {
            return Ok(Self::Folder(text.into()));
        }
        let mut url = Url::parse(text).map_err(|error| format!("{text}: {error}"))?;
        if !url.path().ends_with('/') {
            url.set_path(&format!("{}/", url.path()));
        }
        Ok(Self::Server(url))
    }
}

/// Reads pictures from all sources that were named.
pub struct PictureReader<'a> {
    sources: &'a [PictureSource],
    agent: Agent,
}

impl<'a> PictureReader<'a> {
    pub fn new(sources: &'a [PictureSource]) -> Self {
        let agent = Agent::config_builder()
            .timeout_global(Some(TIMEOUT))
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(concat!("nearmind-bake/", env!("CARGO_PKG_VERSION")))
            .build();
        Self { sources, agent: agent.into() }
    }

    /// The picture at `address`, as an item has it. `version` is the one that is known from an earlier bake.
    pub fn find(&self, address: &str, version: Option<&str>) -> Lookup {
        let mut other_server = None;
        for source in self.sources {
            match source {
                PictureSource::Folder(folder) => {
                    if let Some(path) = file_in(folder, address) {
                        return read(&path, version);
                    }
                }
                PictureSource::Server(base) => match base.join(address) {
                    Ok(url) if url.origin() == base.origin() => return self.download(&url, version),
                    Ok(url) => other_server = url.host_str().map(str::to_owned),
                    Err(error) => return Lookup::Missing(error.to_string()),
                },
            }
        }
        match other_server.or_else(|| Url::parse(address).ok()?.host_str().map(str::to_owned)) {
            Some(host) => Lookup::OtherServer(host),
            None => Lookup::Missing("there is no such file".into()),
        }
    }

    /// Follows redirections as long as they stay on the server.
    fn download(&self, url: &Url, version: Option<&str>) -> Lookup {
        let mut url = url.clone();
        for _ in 0..=MOST_REDIRECTIONS {
            let mut request = self.agent.get(url.as_str());
            match version {
                Some(etag) if etag.contains('"') => request = request.header("if-none-match", etag),
                Some(date) if date.contains(' ') => request = request.header("if-modified-since", date),
                _ => {}
            }
            let mut answer = match request.call() {
                Ok(answer) => answer,
                Err(error) => return Lookup::Missing(error.to_string()),
            };
            let header = |name| answer.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
            if answer.status() == 304 {
                return Lookup::Unchanged;
            }
            if answer.status().is_redirection() {
                match header("location").and_then(|to| url.join(&to).ok()) {
                    Some(to) if to.host() == url.host() => url = to,
                    Some(to) => return Lookup::Missing(format!("the server sends us elsewhere, to {to}")),
                    None => return Lookup::Missing(format!("the server answers {}", answer.status())),
                }
                continue;
            }
            let stated = header("etag").or_else(|| header("last-modified"));
            return match answer.body_mut().with_config().limit(MOST_FILE_BYTES).read_to_vec() {
                Ok(bytes) => Lookup::File { version: stated.unwrap_or_else(|| digest(&bytes)), bytes },
                Err(error) => Lookup::Missing(error.to_string()),
            };
        }
        Lookup::Missing("the server redirects in circles".into())
    }
}

fn read(path: &Path, version: Option<&str>) -> Lookup {
    let size = fs::metadata(path).map_or(0, |file| file.len());
    if size > MOST_FILE_BYTES {
        return Lookup::Missing(format!("it is larger than {} MB", MOST_FILE_BYTES >> 20));
    }
    match fs::read(path) {
        Ok(bytes) if version == Some(&digest(&bytes)) => Lookup::Unchanged,
        Ok(bytes) => Lookup::File { version: digest(&bytes), bytes },
        Err(error) => Lookup::Missing(error.to_string()),
    }
}

fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// The file that an address names below `folder`: by its whole path, or by its last part alone, as in a folder of
/// exported pictures. Never a file outside.
fn file_in(folder: &Path, address: &str) -> Option<PathBuf> {
    let base = Url::parse("http://shop.invalid/").ok()?;
    let url = base.join(address).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let path = percent_encoding::percent_decode_str(url.path()).decode_utf8().ok()?;
    let path = Path::new(path.trim_start_matches('/'));
    let inside = path.components().all(|part| matches!(part, Component::Normal(_)));
    let whole = folder.join(path);
    let last = folder.join(path.file_name()?);
    [whole, last].into_iter().find(|path| inside && path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_name_files_below_the_folder_alone() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("site/media")).unwrap();
        fs::write(folder.path().join("site/media/a b.jpg"), "a").unwrap();
        fs::write(folder.path().join("secret.jpg"), "s").unwrap();
        let site = folder.path().join("site");
        let found = |address: &str| file_in(&site, address).is_some();
        for address in [
            "media/a b.jpg",
            "/media/a%20b.jpg?v=3",
            "https://shop.example/media/a%20b.jpg",
            "./media/../media/a b.jpg",
        ] {
            assert!(found(address), "{address}");
        }
        for address in
            ["../secret.jpg", "..%2fsecret.jpg", "/media/%2e%2e/%2e%2e/secret.jpg", "file:///etc/passwd", "media/"]
        {
            assert!(!found(address), "{address}");
        }
        assert!(file_in(&site.join("media"), "https://cdn.example/deep/a%20b.jpg").is_some(), "by its name alone");
    }

    #[test]
    fn only_the_named_server_is_asked() {
        let sources = [PictureSource::from_str("https://cdn.example/files").unwrap()];
        let Lookup::OtherServer(host) = PictureReader::new(&sources).find("http://10.0.0.1/inside.png", None) else {
            panic!("it asked another server")
        };
        assert_eq!(host, "10.0.0.1");
    }
}
