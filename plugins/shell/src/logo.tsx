/** The helm: eight spokes on a wheel. */
export function Helm({ className }: { className?: string }) {
  const spokes = Array.from({ length: 8 }, (_, index) => index * 45);
  return (
    <svg className={className} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <g fill="none" stroke="currentColor" strokeLinecap="round">
        <circle cx="16" cy="16" r="9" strokeWidth="2.5" />
        {spokes.map((angle) => (
          <path key={angle} d="M16 13V2.5" strokeWidth="2.2" transform={`rotate(${angle} 16 16)`} />
        ))}
      </g>
      <circle cx="16" cy="16" r="3.4" fill="currentColor" />
    </svg>
  );
}
