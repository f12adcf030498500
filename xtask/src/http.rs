//! A small HTTP/1.1 server for browsers on the same machine, with one thread for each connection, so that none waits for
//! another. Must not know what is served.

use std::{
    io::{self, ErrorKind, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

const MAX_HEAD_BYTES: usize = 64 << 10;
const MAX_HEADERS: usize = 64;

/// A request, without its body.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The method, such as `GET`.
    pub method: String,
    /// The request target: a path with its query, or an absolute URL from a browser that uses this server as its proxy.
    pub url: String,
    /// The ETag of the version that the browser has.
    pub if_none_match: Option<String>,
    /// The first byte of the requested range, if the browser requests the rest of a file (`bytes=N-`).
    pub range_start: Option<usize>,
    /// The names and values of all headers, as they were sent.
    pub headers: Vec<(String, String)>,
    body_bytes: usize,
    close: bool,
}

impl Request {
    /// A GET request for this path, without headers.
    pub fn get(url: &str) -> Self {
        Self { method: "GET".to_owned(), url: url.to_owned(), ..Self::default() }
    }
}

/// The response to a request.
#[derive(Debug, Clone, Default)]
pub struct Response {
    /// The HTTP status code, such as 200.
    pub status: u16,
    /// Names in lower case, and values. `content-length` is added when the response is sent.
    pub headers: Vec<(&'static str, String)>,
    /// The content; empty if there is none.
    pub body: Vec<u8>,
    /// How the connection fails, for tests of bad connections. By default it does not fail.
    pub fault: ConnectionFault,
    /// The slow link that carries the response; by default it is sent at once.
    pub link: Option<Arc<Link>>,
}

/// A slow link, which all responses share: each waits for the latency, and then for its turn.
#[derive(Debug)]
pub struct Link {
    latency: Duration,
    bytes_per_second: f64,
    /// When everything that was given to the link has been carried.
    free_at: Mutex<Instant>,
}

/// Bytes that a response sends before others have their turn: one packet of Ethernet.
const PACKET_BYTES: usize = 1460;

impl Link {
    /// A link with this time from a request to the first byte of its response, and this speed.
    pub fn new(latency: Duration, bits_per_second: f64) -> Arc<Self> {
        Arc::new(Self { latency, bytes_per_second: bits_per_second / 8.0, free_at: Mutex::new(Instant::now()) })
    }

    /// Waits until the link has carried so many bytes more.
    fn carry(&self, bytes: usize) {
        let duration = Duration::from_secs_f64(bytes as f64 / self.bytes_per_second);
        let carried_at = {
            let mut free_at = self.free_at.lock().unwrap_or_else(PoisonError::into_inner);
            *free_at = (*free_at).max(Instant::now()) + duration;
            *free_at
        };
        thread::sleep(carried_at.saturating_duration_since(Instant::now()));
    }
}

/// How a bad connection changes the transfer of a response.
#[derive(Debug, Clone, Copy, Default)]
pub struct ConnectionFault {
    /// The connection is closed after this many bytes of the body.
    pub cut_after_bytes: Option<usize>,
    /// Time to wait after each mebibyte of the body.
    pub pause_per_mib: Option<Duration>,
}

/// Accepts connections and answers their requests with `respond`, until the process ends.
pub fn listen(listener: &TcpListener, respond: impl Fn(&Request) -> Response + Send + Sync + 'static) {
    let respond = Arc::new(respond);
    for stream in listener.incoming().flatten() {
        let respond = respond.clone();
        // A browser may close the connection at any time, so errors are ignored.
        thread::spawn(move || serve_connection(stream, &*respond).ok());
    }
}

/// Answers the requests of one connection, in their order, until either side closes it.
fn serve_connection(mut stream: TcpStream, respond: &dyn Fn(&Request) -> Response) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut read = Vec::new();
    loop {
        let (request, head_bytes) = loop {
            if let Some(parsed) = parse(&read)? {
                break parsed;
            }
            if fill(&mut stream, &mut read)? == 0 {
                return Ok(());
            }
        };
        while read.len() < head_bytes + request.body_bytes {
            if fill(&mut stream, &mut read)? == 0 {
                return Ok(());
            }
        }
        read.drain(..head_bytes + request.body_bytes);
        let response = respond(&request);
        write(&mut stream, &request, &response)?;
        if request.close || response.fault.cut_after_bytes.is_some() {
            return Ok(());
        }
    }
}

/// Appends the bytes that have arrived to `read`. Returns their number, which is 0 if the connection was closed.
fn fill(stream: &mut TcpStream, read: &mut Vec<u8>) -> io::Result<usize> {
    let mut buffer = [0; 8 << 10];
    let bytes = stream.read(&mut buffer)?;
    read.extend_from_slice(&buffer[..bytes]);
    Ok(bytes)
}

/// The request and the length of its head in bytes; `None` if the head is incomplete.
fn parse(bytes: &[u8]) -> io::Result<Option<(Request, usize)>> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut parsed = httparse::Request::new(&mut headers);
    let bad = |why: &str| io::Error::new(ErrorKind::InvalidData, why);
    let head_bytes = match parsed.parse(bytes).map_err(|error| bad(&error.to_string()))? {
        httparse::Status::Complete(head_bytes) => head_bytes,
        httparse::Status::Partial if bytes.len() > MAX_HEAD_BYTES => {
            return Err(bad("the head of the request is too long"));
        }
        httparse::Status::Partial => return Ok(None),
    };
    let header = |name: &str| {
        let found = parsed.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name))?;
        std::str::from_utf8(found.value).ok()
    };
    let body_bytes =
        header("content-length").map_or(Ok(0), str::parse).map_err(|_| bad("content-length is not a number"))?;
    let to_strings =
        |header: &httparse::Header| (header.name.to_owned(), String::from_utf8_lossy(header.value).into_owned());
    let request = Request {
        method: parsed.method.unwrap_or_default().to_owned(),
        url: parsed.path.unwrap_or_default().to_owned(),
        if_none_match: header("if-none-match").map(str::to_owned),
        range_start: header("range").and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok()),
        headers: parsed.headers.iter().map(to_strings).collect(),
        body_bytes,
        close: parsed.version == Some(0)
            || header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close")),
    };
    Ok(Some((request, head_bytes)))
}

/// Sends a response, with the faults that it asks for.
fn write(stream: &mut TcpStream, request: &Request, response: &Response) -> io::Result<()> {
    // Browsers ignore the reason phrase, so it is only `-`.
    let mut head = format!("HTTP/1.1 {} -\r\ncontent-length: {}\r\n", response.status, response.body.len());
    for (name, value) in &response.headers {
        head += &format!("{name}: {value}\r\n");
    }
    if let Some(link) = &response.link {
        thread::sleep(link.latency);
        link.carry(head.len());
    }
    stream.write_all((head + "\r\n").as_bytes())?;
    if request.method != "HEAD" && response.status != 304 {
        let sent = response
            .fault
            .cut_after_bytes
            .map_or(&response.body[..], |end| &response.body[..end.min(response.body.len())]);
        for part in sent.chunks(if response.link.is_some() { PACKET_BYTES } else { 1 << 20 }) {
            if let Some(link) = &response.link {
                link.carry(part.len());
            }
            stream.write_all(part)?;
            if let Some(rest) = response.fault.pause_per_mib {
                thread::sleep(rest);
            }
        }
    }
    stream.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pipelined_requests_are_answered_in_order() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            listen(&listener, |request| Response {
                status: 200,
                body: request.url.clone().into(),
                ..Response::default()
            });
        });
        let _idle: Vec<_> = (0..20).map(|_| TcpStream::connect(address).unwrap()).collect();
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(b"GET /one HTTP/1.1\r\n\r\nPOST /two HTTP/1.1\r\ncontent-length: 3\r\n\r\nabc").unwrap();
        stream.write_all(b"GET /three HTTP/1.1\r\nconnection: close\r\n\r\n").unwrap();
        let mut answers = String::new();
        stream.read_to_string(&mut answers).unwrap();
        let bodies: Vec<_> =
            answers.split("HTTP/1.1 200 -").filter_map(|answer| answer.split("\r\n\r\n").nth(1)).collect();
        assert_eq!(bodies, ["/one", "/two", "/three"]);
    }

    #[test]
    fn responses_share_the_speed_of_a_link() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let link = Link::new(Duration::from_millis(50), 8e6);
        thread::spawn(move || {
            listen(&listener, move |_| Response {
                status: 200,
                body: vec![0; 100_000],
                link: Some(link.clone()),
                ..Response::default()
            });
        });
        let fetch = move || {
            let mut stream = TcpStream::connect(address).unwrap();
            stream.write_all(b"GET / HTTP/1.1\r\nconnection: close\r\n\r\n").unwrap();
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer).unwrap();
            assert!(answer.len() > 100_000);
        };
        let start = Instant::now();
        let others: Vec<_> = (0..2).map(|_| thread::spawn(fetch)).collect();
        fetch();
        others.into_iter().for_each(|other| other.join().unwrap());
        // 300 KB at a megabyte a second, after the latency. A busy machine only makes it slower.
        assert!(start.elapsed() >= Duration::from_millis(350), "{:?}", start.elapsed());
    }

    #[test]
    fn malformed_and_incomplete_requests_are_recognised() {
        assert!(parse(b"\x16\x03\x01 hello\r\n\r\n").is_err());
        assert!(parse(b"GET / HTTP/1.1\r\ncontent-length: -1\r\n\r\n").is_err());
        assert!(parse(b"GET / HTTP/1.1\r\n").unwrap().is_none());
    }
}
