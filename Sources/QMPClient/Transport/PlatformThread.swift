import CPlatform
package import SystemPackage

/// Separate threads, for calls that block in the kernel as long as a connection lives.
package enum PlatformThread {
    private final class Body {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    // Enough for values that nest 2048 deep, of which a debug build needs about a kilobyte each.
    private static let stackSize = 8 << 20

    /// Runs `body` on a new thread.
    /// - Parameter name: At most 15 bytes of it are shown by debuggers and `ps`.
    package static func start(name: String, _ body: @escaping @Sendable () -> Void) throws(Errno) {
        let context = Unmanaged.passRetained(Body(body))
        let result = cplatform_start_thread(
            name,
            stackSize,
            { context in
                guard let context else { return }
                Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run()
            },
            context.toOpaque(),
        )
        guard result != 0 else { return }
        context.release()
        throw Errno(rawValue: result)
    }
}
