//! HTTP/1.1, as much as a browser needs of a server on its own machine: a thread a connection, so that none waits for
//! another. Must not know what is served.

use std::{
    io::{self, ErrorKind, Read, Write},
    net::{TcpListener, TcpStream},
    sync::Arc,
    thread,
    time::Duration,
};

const MOST_HEAD_BYTES: usize = 64 << 10;
const MOST_HEADERS: usize = 64;

/// A request, without its body.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// As it was sent, such as `GET`.
    pub method: String,
    /// As it was sent: a path with its query, or a whole address from a browser that takes us for its proxy.
    pub url: String,
    /// The version that the browser has.
    pub if_none_match: Option<String>,
    /// The first byte that is asked for, in a request for the rest of a file.
    pub range_start: Option<usize>,
    /// All headers with their names, as they were sent.
    pub headers: Vec<(String, String)>,
    body_bytes: usize,
    close: bool,
}

impl Request {
    /// A request for this address, without any wishes.
    pub fn get(url: &str) -> Self {
        Self { method: "GET".to_owned(), url: url.to_owned(), ..Self::default() }
    }
}

/// What is sent in answer to a request.
#[derive(Debug, Clone, Default)]
pub struct Response {
    /// The HTTP status code, such as 200.
    pub status: u16,
    /// Names in small letters, and values; `content-length` is added when the reply is sent.
    pub headers: Vec<(&'static str, String)>,
    /// The bytes of the content; empty where there is none.
    pub body: Vec<u8>,
    /// How the connection fails, in tests of bad connections; by default it does not.
    pub fault: ConnectionFault,
}

/// What a bad connection does to an answer.
#[derive(Debug, Clone, Copy, Default)]
pub struct ConnectionFault {
    /// It breaks after this many bytes of the body.
    pub cut_after_bytes: Option<usize>,
    /// It rests after each mebibyte.
    pub pause_per_mib: Option<Duration>,
}

/// Answers whoever connects, until the process ends.
pub fn listen(listener: &TcpListener, answer: impl Fn(&Request) -> Response + Send + Sync + 'static) {
    let answer = Arc::new(answer);
    for stream in listener.incoming().flatten() {
        let answer = answer.clone();
        // A visitor who goes in the middle of an answer is no error.
        thread::spawn(move || talk(stream, &*answer).ok());
    }
}

fn talk(mut stream: TcpStream, answer: &dyn Fn(&Request) -> Response) -> io::Result<()> {
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
        let reply = answer(&request);
        write(&mut stream, &request, &reply)?;
        if request.close || reply.fault.cut_after_bytes.is_some() {
            return Ok(());
        }
    }
}

fn fill(stream: &mut TcpStream, read: &mut Vec<u8>) -> io::Result<usize> {
    let mut some = [0; 8 << 10];
    let bytes = stream.read(&mut some)?;
    read.extend_from_slice(&some[..bytes]);
    Ok(bytes)
}

/// The request and the length of its head, if the head is whole.
fn parse(bytes: &[u8]) -> io::Result<Option<(Request, usize)>> {
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut parsed = httparse::Request::new(&mut headers);
    let bad = |why: &str| io::Error::new(ErrorKind::InvalidData, why);
    let head_bytes = match parsed.parse(bytes).map_err(|error| bad(&error.to_string()))? {
        httparse::Status::Complete(head_bytes) => head_bytes,
        httparse::Status::Partial if bytes.len() > MOST_HEAD_BYTES => return Err(bad("the head is too long")),
        httparse::Status::Partial => return Ok(None),
    };
    let header = |name: &str| {
        let found = parsed.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name))?;
        std::str::from_utf8(found.value).ok()
    };
    let body_bytes = header("content-length").map_or(Ok(0), str::parse).map_err(|_| bad("a length that is none"))?;
    let named =
        |header: &httparse::Header| (header.name.to_owned(), String::from_utf8_lossy(header.value).into_owned());
    let request = Request {
        method: parsed.method.unwrap_or_default().to_owned(),
        url: parsed.path.unwrap_or_default().to_owned(),
        if_none_match: header("if-none-match").map(str::to_owned),
        range_start: header("range").and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok()),
        headers: parsed.headers.iter().map(named).collect(),
        body_bytes,
        close: parsed.version == Some(0) || header("connection").is_some_and(|how| how.eq_ignore_ascii_case("close")),
    };
    Ok(Some((request, head_bytes)))
}

fn write(stream: &mut TcpStream, request: &Request, reply: &Response) -> io::Result<()> {
    // Browsers read the number; the word after it is for people who look at the wire.
    let mut head = format!("HTTP/1.1 {} -\r\ncontent-length: {}\r\n", reply.status, reply.body.len());
    for (name, value) in &reply.headers {
        head += &format!("{name}: {value}\r\n");
    }
    stream.write_all((head + "\r\n").as_bytes())?;
    if request.method != "HEAD" && reply.status != 304 {
        let sent = reply.fault.cut_after_bytes.map_or(&reply.body[..], |end| &reply.body[..end.min(reply.body.len())]);
        for part in sent.chunks(1 << 20) {
            stream.write_all(part)?;
            if let Some(rest) = reply.fault.pause_per_mib {
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
    fn several_requests_on_one_connection_are_answered_in_order_beside_idle_ones() {
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
    fn what_is_no_http_is_no_request() {
        assert!(parse(b"\x16\x03\x01 hello\r\n\r\n").is_err());
        assert!(parse(b"GET / HTTP/1.1\r\ncontent-length: -1\r\n\r\n").is_err());
        assert!(parse(b"GET / HTTP/1.1\r\n").unwrap().is_none());
    }
}
