import CFuzzer

/// What libFuzzer calls with each input.
nonisolated(unsafe) private var check: ([UInt8]) -> Void = { _ in }

/// Hands what libFuzzer makes up to a check, which ends the process if something is wrong; never returns before
/// libFuzzer has done what its arguments say.
public func fuzz(_ body: @escaping ([UInt8]) -> Void) {
    check = body
    var count = CommandLine.argc
    var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
    _ = LLVMFuzzerRunDriver(&count, &arguments) { start, count in
        guard let start else { return 0 }
        check(Array(UnsafeBufferPointer(start: start, count: count)))
        return 0
    }
}
