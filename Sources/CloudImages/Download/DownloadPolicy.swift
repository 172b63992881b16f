/// The retries and timeouts of a download.
public struct DownloadPolicy: Sendable, Hashable {
    /// The number of tries without progress before a download fails.
    public var tries: Int
    /// The time to reach the server.
    public var connectTimeout: Duration
    /// The time without data after which a transfer counts as interrupted.
    public var stallTimeout: Duration
    /// The wait before the second try; it doubles with each further one.
    public var firstPause: Duration

    /// Four tries within about ten seconds, 20 seconds to connect, 30 without a byte.
    public static let usual = DownloadPolicy(
        tries: 4,
        connectTimeout: .seconds(20),
        stallTimeout: .seconds(30),
        firstPause: .seconds(1),
    )

    /// Creates a policy; the parameters are its properties.
    public init(tries: Int, connectTimeout: Duration, stallTimeout: Duration, firstPause: Duration) {
        self.tries = tries
        self.connectTimeout = connectTimeout
        self.stallTimeout = stallTimeout
        self.firstPause = firstPause
    }
}
