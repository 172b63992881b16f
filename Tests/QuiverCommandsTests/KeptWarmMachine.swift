import HostSupport
import SystemPackage
import Testing

extension Trait where Self == QuiverTrait {
    /// A home whose templates are kept between runs of the tests: `quiver test` boots its warm machine only once.
    ///
    /// After the tests nothing else may be left in it.
    static var keptWarmMachine: Self {
        Self { body in
            try await QuiverProcess.withKeptHome("isolation") { quiver in
                try await body(quiver)
                let scoped = Directory.names(in: quiver.home.appending("cache/scoped"))
                #expect(scoped.isEmpty, "left behind: \(scoped)")
                let templates = Directory.names(in: quiver.home.appending("cache/templates"))
                let scratch = templates.filter { $0.hasPrefix("scratch") }
                #expect(scratch.isEmpty, "left behind: \(scratch)")
            }
        }
    }
}
