/** What is used of noVNC, which brings no types. */
declare module "@novnc/novnc" {
  export interface RfbOptions {
    shared?: boolean;
    credentials?: { password?: string; username?: string };
  }

  export default class RFB extends EventTarget {
    constructor(target: HTMLElement, channel: object, options?: RfbOptions);
    scaleViewport: boolean;
    resizeSession: boolean;
    clipViewport: boolean;
    dragViewport: boolean;
    focusOnClick: boolean;
    background: string;
    showDotCursor: boolean;
    disconnect(): void;
    focus(options?: FocusOptions): void;
    blur(): void;
    sendKey(keysym: number, code: string | null, down?: boolean): void;
    sendCredentials(credentials: { password?: string; username?: string }): void;
    toBlob(callback: (blob: Blob | null) => void, type?: string): void;
    toDataURL(type?: string): string;
  }
}
