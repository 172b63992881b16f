import QAPI
import Quiver
import Testing

/// Names that several modules could have: with all of them imported, each means one thing.
struct SharedNamesTests {
    @Test func `importing the face and QAPI together makes no name ambiguous`() {
        let state: RunState = .running
        let action: WatchdogAction = .poweroff
        let accelerator: Accelerator = .tcg
        #expect(state.isRunning && WatchdogAction.supported.contains(action))
        #expect(Accelerator.supported.contains(accelerator))
        #expect(AcceleratorChoice.only(accelerator) != .automatic)
    }
}
