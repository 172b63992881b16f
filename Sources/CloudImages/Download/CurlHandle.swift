import CCurl
import HostSupport
import Quantities

/// The owner of one of libcurl's easy handles.
struct CurlHandle: ~Copyable {
    let pointer: UnsafeMutableRawPointer

    /// libcurl wants to be set up once, before any thread uses it.
    private static let setUp = curl_global_init(Int(CURL_GLOBAL_DEFAULT))

    init(url: String, policy: DownloadPolicy) throws(CloudImagesError) {
        guard Self.setUp == CURLE_OK, let pointer = curl_easy_init() else {
            throw CloudImagesError(.downloadFailed, "\(url): libcurl cannot be set up")
        }
        self.pointer = pointer
        ccurl_set_text(pointer, CURLOPT_URL, url)
        // A redirection never leads to a local file, nor from a safe connection to an open one.
        let redirections = url.hasPrefix("https:") ? "https" : "http,https"
        ccurl_set_text(pointer, CURLOPT_PROTOCOLS_STR, "http,https")
        ccurl_set_text(pointer, CURLOPT_REDIR_PROTOCOLS_STR, redirections)
        ccurl_set_number(pointer, CURLOPT_FOLLOWLOCATION, 1)
        ccurl_set_number(pointer, CURLOPT_MAXREDIRS, 10)
        ccurl_set_number(pointer, CURLOPT_FAILONERROR, 1)
        // Signals for timeouts of name look-ups are not for programs with threads.
        ccurl_set_number(pointer, CURLOPT_NOSIGNAL, 1)
        ccurl_set_number(pointer, CURLOPT_CONNECTTIMEOUT_MS, policy.connectTimeout.wholeMilliseconds)
        ccurl_set_number(pointer, CURLOPT_LOW_SPEED_LIMIT, 1)
        ccurl_set_number(pointer, CURLOPT_LOW_SPEED_TIME, max(1, policy.stallTimeout.wholeMilliseconds / 1000))
        ccurl_set_text(pointer, CURLOPT_USERAGENT, "quiver")
    }

    deinit {
        curl_easy_cleanup(pointer)
    }
}

extension Duration {
    /// The duration in milliseconds, at least one.
    fileprivate var wholeMilliseconds: Int { max(1, Int(seconds * 1000)) }
}
