import Quantities
import Testing

@Suite struct QuantityTests {
    @Test(
        arguments: [
            ("512M", 512 << 20), ("4G", 4 << 30), ("4GiB", 4 << 30), ("1k", 1024), ("0", 0), ("17", 17),
            ("2T", 2 << 40),
        ] as [(String, UInt64)]
    )
    func `a size is read with its suffix`(text: String, bytes: UInt64) {
        #expect(ByteCount(parsing: text) == ByteCount(bytes))
    }

    @Test(arguments: ["banana", "-1", "1.5G", "", "G", "iB", "4GB", "1 G", "99999999999T", "٤G"])
    func `what is no size is refused`(text: String) {
        #expect(ByteCount(parsing: text) == nil)
    }

    @Test(
        arguments: [(1536 << 20, "1.5 GiB"), (512 << 20, "512 MiB"), (1000, "1000 B"), (1024, "1 KiB")]
            as [(UInt64, String)]
    )
    func `a size is told in its largest unit`(bytes: UInt64, text: String) {
        #expect(ByteCount(bytes).description == text)
    }

    @Test(
        arguments: [
            ("90s", .seconds(90)), ("2m", .seconds(120)), ("250ms", .milliseconds(250)), ("1.5h", .seconds(5400)),
            ("3", .seconds(3)), ("0.5s", .milliseconds(500)),
        ] as [(String, Duration)]
    )
    func `a duration is read with its unit`(text: String, duration: Duration) {
        #expect(Duration(parsing: text) == duration)
    }

    @Test(arguments: ["", "s", "-3s", "2 m", "1d", "1e9s", "99999999999999h", "."])
    func `what is no duration is refused`(text: String) {
        #expect(Duration(parsing: text) == nil)
    }

    @Test(
        arguments: [
            (.microseconds(840), "840 µs"), (.milliseconds(12), "12 ms"), (.milliseconds(3440), "3.4 s"),
            (.seconds(125), "2 m 05 s"),
            (.seconds(12_000), "3 h 20 m"),
        ] as [(Duration, String)]
    )
    func `a duration is told as a person would`(duration: Duration, text: String) {
        #expect(duration.shortText == text)
    }
}
