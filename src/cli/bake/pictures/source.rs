//! Reads pictures from the folders and servers that `--pictures` names, and from nowhere else.

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

/// Larger files are not read.
const MAX_FILE_BYTES: u64 = 32 << 20;
const MAX_REDIRECTS: usize = 3;
/// Limit of the time that one request may take.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A value of the option `--pictures`.
#[derive(Debug, Clone)]
pub enum PictureLocation {
    /// The folder of the site, or of its pictures.
    Folder(PathBuf),
    /// The URL against which relative addresses are resolved. No other origin is requested.
    Server(Url),
}

/// The result of reading the picture at an address.
pub enum Lookup {
    /// The picture, and its version: an ETag, a date or a digest, which changes when the picture does.
    File { bytes: Vec<u8>, version: String },
    /// The picture has the version that is cached.
    Unchanged,
    /// The picture is on another server, with this host.
    OtherServer(String),
    /// The picture cannot be read; why.
    Missing(String),
}

impl FromStr for PictureLocation {
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

/// Reads pictures from the sources of a command line.
pub struct PictureReader<'a> {
    sources: &'a [PictureLocation],
    agent: Agent,
}

impl<'a> PictureReader<'a> {
    pub fn new(sources: &'a [PictureLocation]) -> Self {
        let agent = Agent::config_builder()
            .timeout_global(Some(TIMEOUT))
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(concat!("nearmind-bake/", env!("CARGO_PKG_VERSION")))
            .build();
        Self { sources, agent: agent.into() }
    }

    /// Reads the picture at `address`, as the feed has it, unless it has the cached `version`.
    pub fn find(&self, address: &str, version: Option<&str>) -> Lookup {
        let mut other_server = None;
        for source in self.sources {
            match source {
                PictureLocation::Folder(folder) => {
                    if let Some(path) = file_in(folder, address) {
                        return read(&path, version);
                    }
                }
                PictureLocation::Server(base) => match base.join(address) {
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

    /// Requests `url`, and follows redirects as long as they stay on the same host.
    fn download(&self, url: &Url, version: Option<&str>) -> Lookup {
        let mut url = url.clone();
        for _ in 0..=MAX_REDIRECTS {
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
                    Some(to) => return Lookup::Missing(format!("the server redirects to another host, {to}")),
                    None => return Lookup::Missing(format!("the server answers with status {}", answer.status())),
                }
                continue;
            }
            let version = header("etag").or_else(|| header("last-modified"));
            return match answer.body_mut().with_config().limit(MAX_FILE_BYTES).read_to_vec() {
                Ok(bytes) => Lookup::File { version: version.unwrap_or_else(|| digest(&bytes)), bytes },
                Err(error) => Lookup::Missing(error.to_string()),
            };
        }
        Lookup::Missing(format!("the server redirects more than {MAX_REDIRECTS} times"))
    }
}

/// Reads a picture from a file.
fn read(path: &Path, version: Option<&str>) -> Lookup {
    let size = fs::metadata(path).map_or(0, |file| file.len());
    if size > MAX_FILE_BYTES {
        return Lookup::Missing(format!("the file is larger than {} MB", MAX_FILE_BYTES >> 20));
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

/// The file in `folder` that `address` names, by its whole path, or by its last part only, as in a folder of exported
/// pictures. `None` for paths that lead outside the folder.
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
    fn addresses_name_only_files_in_the_folder() {
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
        assert!(file_in(&site.join("media"), "https://cdn.example/deep/a%20b.jpg").is_some(), "by its last part only");
    }

    #[test]
    fn only_the_named_server_is_requested() {
        let sources = [PictureLocation::from_str("https://cdn.example/files").unwrap()];
        let Lookup::OtherServer(host) = PictureReader::new(&sources).find("http://10.0.0.1/inside.png", None) else {
            panic!("another server was requested")
        };
        assert_eq!(host, "10.0.0.1");
    }
}
